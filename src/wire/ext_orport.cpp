#include "wire/ext_orport.h"

#include <algorithm>

#include "base/reader.h"
#include "base/writer.h"
#include "crypto/equal.h"
#include "crypto/hash.h"

namespace rozaneh {
namespace {

constexpr std::string_view kCookieHeader = "! Extended ORPort Auth Cookie !\n";
constexpr std::string_view kServerLabel = "ExtORPort authentication server-to-client hash";
constexpr std::string_view kClientLabel = "ExtORPort authentication client-to-server hash";
constexpr std::uint8_t kSafeCookie = 1;
constexpr std::size_t kMaxTypes = 255;  // a type is a byte other than 0
constexpr std::size_t kMaxSkippedBody = 4092;
constexpr int kMaxSkipped = 16;

enum Command : std::uint16_t {
  kDone = 0x0000,
  kUserAddress = 0x0001,
  kTransport = 0x0002,
  kOkay = 0x1000,
  kDeny = 0x1001
};

void write_message(Writer& out, Command command, std::string_view body = {}) {
  out.u16(command).u16(static_cast<std::uint16_t>(body.size())).text(body);
}

}  // namespace

Result<ExtOrPortCookie> parse_ext_orport_cookie(Bytes file) {
  Reader in(file);
  const auto header = in.bytes(kCookieHeader.size());
  if (!header || text_of(*header) != kCookieHeader || in.left() != ExtOrPortCookie::kSize)
    return fail(ExtOrPortError::cookie_file);
  return ExtOrPortCookie(in.rest().first<ExtOrPortCookie::kSize>());
}

Result<Step> ExtOrPortClient::step(Bytes received) {
  switch (state_) {
    case State::types:
      return read_types(received);
    case State::hash:
      return read_hash(received);
    case State::status:
      return read_status(received);
    case State::reply:
      break;
  }
  return read_reply(received);
}

Result<Step> ExtOrPortClient::read_types(Bytes received) {
  const auto list = received.first(std::min(received.size(), kMaxTypes + 1));
  const auto end = std::ranges::find(list, 0);
  if (end == list.end()) {
    if (list.size() > kMaxTypes) return fail(ExtOrPortError::malformed, "authentication types");
    return Step{};
  }
  if (std::find(list.begin(), end, kSafeCookie) == end) return fail(ExtOrPortError::no_common_type);
  state_ = State::hash;
  return Step{.send = Writer().u8(kSafeCookie).bytes(nonce_).take(),
              .consumed = static_cast<std::size_t>(end - list.begin()) + 1};
}

Result<Step> ExtOrPortClient::read_hash(Bytes received) {
  Reader in(received);
  const auto hash = in.bytes(32);
  const auto server_nonce = in.bytes(32);
  if (!server_nonce) return Step{};
  const auto expected = crypto::hmac_sha256(cookie_.bytes(), bytes_of(kServerLabel), nonce_, *server_nonce);
  if (!crypto::equal(*hash, expected)) return fail(ExtOrPortError::wrong_hash);
  const auto proof = crypto::hmac_sha256(cookie_.bytes(), bytes_of(kClientLabel), nonce_, *server_nonce);
  state_ = State::status;
  return Step{.send = concat(proof), .consumed = 64};
}

Result<Step> ExtOrPortClient::read_status(Bytes received) {
  const auto status = Reader(received).u8();
  if (!status) return Step{};
  if (*status != 1) return fail(ExtOrPortError::refused);
  state_ = State::reply;
  return Step{.send = describe_connection(), .consumed = 1};
}

Buffer ExtOrPortClient::describe_connection() const {
  Writer out;
  if (connection_.peer) write_message(out, kUserAddress, connection_.peer->to_string());
  write_message(out, kTransport, connection_.transport);
  write_message(out, kDone);
  return out.take();
}

Result<Step> ExtOrPortClient::read_reply(Bytes received) {
  Reader in(received);
  const auto command = in.u16();
  const auto length = in.u16();
  if (!length) return Step{};
  if (*length > kMaxSkippedBody) return fail(ExtOrPortError::malformed, "a reply of more than 4 KiB");
  if (!in.bytes(*length)) return Step{};
  if (*command == kDeny) return fail(ExtOrPortError::denied);
  if (*command != kOkay && ++skipped_ > kMaxSkipped)
    return fail(ExtOrPortError::malformed, "no end of replies");
  return Step{.consumed = received.size() - in.left(), .done = *command == kOkay};
}

std::string_view layer_of(ExtOrPortError) { return "extended ORPort"; }

std::string_view describe(ExtOrPortError error) {
  switch (error) {
    case ExtOrPortError::cookie_file:
      return "this is not Tor's authentication cookie";
    case ExtOrPortError::no_common_type:
      return "Tor does not offer SAFE_COOKIE";
    case ExtOrPortError::wrong_hash:
      return "the other side does not know Tor's cookie";
    case ExtOrPortError::refused:
      return "Tor refused our cookie";
    case ExtOrPortError::denied:
      return "Tor denied the connection";
    case ExtOrPortError::malformed:
      return "Tor sent a malformed message";
  }
  return "unknown failure";
}

}  // namespace rozaneh
