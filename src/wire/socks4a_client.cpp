#include "wire/socks4a_client.h"

#include "wire/socks_message.h"

namespace rozaneh {
namespace {

constexpr std::uint8_t kConnect = 1;
constexpr std::uint8_t kGranted = 90;
constexpr std::uint8_t kIdentFailed = 92;
constexpr std::uint8_t kIdentDiffers = 93;
constexpr std::uint32_t kNameFollows = 1;  // 0.0.0.1

}  // namespace

Result<Step> Socks4aClient::step(Bytes received) {
  if (!asked_) return ask();
  Reader in(received);
  const auto version = in.u8();
  if (version && *version != 0) return fail(SocksError::version);
  const auto code = in.u8();
  if (code && (*code == kIdentFailed || *code == kIdentDiffers)) return fail(SocksError::credentials_refused);
  if (code && *code != kGranted) return fail(SocksError::refused);
  if (!in.bytes(6)) return Step{};
  return Step{.consumed = 8, .done = true};
}

Result<Step> Socks4aClient::ask() {
  if (user_id_.size() > 255 || user_id_.contains('\0')) return fail(SocksError::credentials);
  asked_ = true;
  Writer out;
  out.u8(kSocksVersion4).u8(kConnect).u16(target_.port);
  const auto* address = std::get_if<IpAddress>(&target_.host);
  const bool by_name = address == nullptr || address->is_v6();
  if (by_name) {
    out.u32(kNameFollows);
  } else {
    out.bytes(address->v4());
  }
  out.text(user_id_).u8(0);
  if (by_name) out.text(target_.host_text()).u8(0);
  return Step{.send = out.take()};
}

}  // namespace rozaneh
