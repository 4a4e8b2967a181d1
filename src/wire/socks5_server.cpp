#include "wire/socks5_server.h"

#include <algorithm>

#include "wire/socks_message.h"

namespace rozaneh {
namespace {

constexpr std::uint8_t kNoAuthentication = 0;
constexpr std::uint8_t kUserNamePassword = 2;
constexpr std::uint8_t kNoAcceptableMethod = 0xff;
constexpr std::uint8_t kCredentialsVersion = 1;

Step refuse(Buffer last_word, Error error) {
  return Step{.send = std::move(last_word), .failure = std::move(error)};
}

Step refuse_credentials(SocksError error) { return refuse({kCredentialsVersion, 1}, error); }

// SOCKS4's "request rejected": an old application then says something better than "connection closed".
Step refuse_socks4() { return refuse(Writer().u8(0).u8(91).zeros(6).take(), SocksError::socks4); }

// A field of RFC 1929: its length, 1..255, and its bytes; nullopt: need more.
Result<std::optional<Bytes>> read_field(Reader& in) {
  const auto length = in.u8();
  if (!length) return std::nullopt;
  if (*length == 0) return fail(SocksError::credentials);
  return in.bytes(*length);
}

}  // namespace

Result<Step> Socks5Server::step(Bytes received) {
  switch (state_) {
    case State::greeting:
      return read_greeting(received);
    case State::credentials:
      return read_credentials(received);
    case State::request:
      break;
  }
  return read_request(received);
}

Result<Step> Socks5Server::read_greeting(Bytes received) {
  Reader in(received);
  const auto version = in.u8();
  if (version && *version == kSocksVersion4) return refuse_socks4();
  if (version && *version != kSocksVersion5) return fail(SocksError::version);
  const auto count = in.u8();
  if (!count) return Step{};
  const auto methods = in.bytes(*count);
  if (!methods) return Step{};
  const auto offered = [&](std::uint8_t method) {
    return std::ranges::find(*methods, method) != methods->end();
  };
  if (offered(kUserNamePassword)) {
    state_ = State::credentials;
    return Step{.send = {kSocksVersion5, kUserNamePassword}, .consumed = received.size() - in.left()};
  }
  if (!offered(kNoAuthentication)) return refuse({kSocksVersion5, kNoAcceptableMethod}, SocksError::method);
  state_ = State::request;
  return Step{.send = {kSocksVersion5, kNoAuthentication}, .consumed = received.size() - in.left()};
}

Result<Step> Socks5Server::read_credentials(Bytes received) {
  Reader in(received);
  const auto version = in.u8();
  if (version && *version != kCredentialsVersion) return refuse_credentials(SocksError::malformed);
  const auto username = read_field(in);
  if (!username) return refuse_credentials(SocksError::credentials);
  if (!*username) return Step{};
  const auto password = read_field(in);
  if (!password) return refuse_credentials(SocksError::credentials);
  if (!*password) return Step{};
  request_.credentials = Credentials{std::string(text_of(**username)), std::string(text_of(**password))};
  state_ = State::request;
  return Step{.send = {kCredentialsVersion, 0}, .consumed = received.size() - in.left()};
}

Result<Step> Socks5Server::read_request(Bytes received) {
  Reader in(received);
  auto request = decode_socks_request(in, associates_);
  if (!request) return refuse(encode_socks_reply(reply_for(request.error())), request.error());
  if (!*request) return Step{};
  request_.target = std::move((*request)->target);
  request_.command = (*request)->command;
  return Step{.consumed = received.size() - in.left(), .done = true};
}

Buffer Socks5Server::reply(SocksReply outcome) const { return encode_socks_reply(outcome); }

}  // namespace rozaneh
