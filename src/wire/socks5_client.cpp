#include "wire/socks5_client.h"

#include "wire/socks_message.h"

namespace rozaneh {
namespace {

constexpr std::uint8_t kNoAuthentication = 0;
constexpr std::uint8_t kUserNamePassword = 2;
constexpr std::uint8_t kCredentialsVersion = 1;

bool fits(const std::string& field) { return !field.empty() && field.size() <= 255; }

Buffer encode_credentials(const Credentials& credentials) {
  Writer out;
  out.u8(kCredentialsVersion);
  for (const auto* field : {&credentials.username, &credentials.password})
    out.u8(static_cast<std::uint8_t>(field->size())).text(*field);
  return out.take();
}

}  // namespace

Result<Step> Socks5Client::step(Bytes received) {
  switch (state_) {
    case State::start:
      return start();
    case State::method:
      return read_method(received);
    case State::credentials:
      return read_status(received);
    case State::reply:
      break;
  }
  return read_reply(received);
}

Result<Step> Socks5Client::start() {
  state_ = State::method;
  if (!credentials_) return Step{.send = {kSocksVersion5, 1, kNoAuthentication}};
  if (!fits(credentials_->username) || !fits(credentials_->password)) return fail(SocksError::credentials);
  return Step{.send = {kSocksVersion5, 2, kNoAuthentication, kUserNamePassword}};
}

Result<Step> Socks5Client::read_method(Bytes received) {
  Reader in(received);
  const auto version = in.u8();
  if (version && *version != kSocksVersion5) return fail(SocksError::version);
  const auto method = in.u8();
  if (!method) return Step{};
  if (*method == kNoAuthentication) return ask(2);
  if (*method != kUserNamePassword || !credentials_) return fail(SocksError::method);
  state_ = State::credentials;
  return Step{.send = encode_credentials(*credentials_), .consumed = 2};
}

Result<Step> Socks5Client::read_status(Bytes received) {
  Reader in(received);
  const auto version = in.u8();
  if (version && *version != kCredentialsVersion) return fail(SocksError::malformed);
  const auto status = in.u8();
  if (!status) return Step{};
  if (*status != 0) return fail(SocksError::credentials_refused);
  return ask(2);
}

Step Socks5Client::ask(std::size_t consumed) {
  state_ = State::reply;
  return Step{.send = encode_socks_request(target_), .consumed = consumed};
}

Result<Step> Socks5Client::read_reply(Bytes received) {
  Reader in(received);
  auto complete = decode_socks_reply(in);
  if (!complete) return fail(std::move(complete));
  if (!*complete) return Step{};
  return Step{.consumed = received.size() - in.left(), .done = true};
}

}  // namespace rozaneh
