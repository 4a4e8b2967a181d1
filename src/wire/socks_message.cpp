#include "wire/socks_message.h"

#include <algorithm>
#include <cassert>
#include <string>

namespace rozaneh {
namespace {

constexpr std::uint8_t kIpv4 = 1;
constexpr std::uint8_t kName = 3;
constexpr std::uint8_t kIpv6 = 4;

// The host's bytes, whatever they mean; `type` has been read.
Result<std::optional<Bytes>> host_bytes(Reader& in, std::uint8_t type) {
  if (type == kIpv4) return in.bytes(4);
  if (type == kIpv6) return in.bytes(16);
  if (type != kName) return fail(SocksError::address_type);
  const auto length = in.u8();
  if (!length) return std::nullopt;
  if (*length == 0) return fail(SocksError::name);
  return in.bytes(*length);
}

template <std::size_t N>
IpAddress address_of(Bytes bytes) {
  std::array<std::uint8_t, N> array{};
  copy(array, bytes);
  return IpAddress(array);
}

}  // namespace

void encode_socks_address(Writer& out, const Target& target) {
  if (const auto* name = std::get_if<std::string>(&target.host)) {
    assert(!name->empty() && name->size() <= 255);
    out.u8(kName).u8(static_cast<std::uint8_t>(name->size())).text(*name);
  } else if (const auto& address = std::get<IpAddress>(target.host); address.is_v6()) {
    out.u8(kIpv6).bytes(address.v6());
  } else {
    out.u8(kIpv4).bytes(address.v4());
  }
  out.u16(target.port);
}

Result<std::optional<Target>> decode_socks_address(Reader& in) {
  const auto type = in.u8();
  if (!type) return std::nullopt;
  auto host = host_bytes(in, *type);
  if (!host) return fail(std::move(host));
  if (!*host) return std::nullopt;
  const auto port = in.u16();
  if (!port) return std::nullopt;
  if (*type == kIpv4) return Target(address_of<4>(**host), *port);
  if (*type == kIpv6) return Target(address_of<16>(**host), *port);
  const auto target = Target::from_host(text_of(**host), *port);
  if (!target) return fail(SocksError::name);
  return target;
}

Buffer encode_socks_request(const Target& target) {
  Writer out;
  out.u8(kSocksVersion5).u8(static_cast<std::uint8_t>(Command::connect)).u8(0);
  encode_socks_address(out, target);
  return out.take();
}

Result<std::optional<Request>> decode_socks_request(Reader& in, bool associates) {
  const auto is = [](std::uint8_t code, Command command) {
    return code == static_cast<std::uint8_t>(command);
  };
  const auto version = in.u8();
  if (version && *version != kSocksVersion5) return fail(SocksError::version);
  const auto command = in.u8();
  const bool is_association = command && associates && is(*command, Command::associate);
  if (command && !is_association && !is(*command, Command::connect)) return fail(SocksError::command);
  const auto reserved = in.u8();
  if (reserved && *reserved != 0) return fail(SocksError::malformed);
  if (!reserved) return std::nullopt;
  auto target = decode_socks_address(in);
  if (!target) return fail(std::move(target));
  if (!*target) return std::nullopt;
  return Request{.target = std::move(**target),
                 .command = is_association ? Command::associate : Command::connect,
                 .credentials = std::nullopt};
}

SocksReply reply_for(const Error& request_error) {
  if (request_error.is(SocksError::command)) return SocksReply::command_not_supported;
  if (request_error.is(SocksError::address_type)) return SocksReply::address_type_not_supported;
  return SocksReply::general_failure;
}

Buffer encode_socks_reply(SocksReply reply) {
  return Writer().u8(kSocksVersion5).u8(static_cast<std::uint8_t>(reply)).u8(0).u8(kIpv4).zeros(6).take();
}

Buffer encode_socks_reply(const Endpoint& bound) {
  Writer out;
  out.u8(kSocksVersion5).u8(static_cast<std::uint8_t>(SocksReply::succeeded)).u8(0);
  encode_socks_address(out, bound);
  return out.take();
}

Result<bool> decode_socks_reply(Reader& in) {
  const auto version = in.u8();
  if (version && *version != kSocksVersion5) return fail(SocksError::version);
  const auto code = in.u8();
  constexpr auto kLast = static_cast<std::uint8_t>(SocksReply::address_type_not_supported);
  if (code && *code > kLast) return fail(SocksReply::general_failure, "code " + std::to_string(*code));
  if (code && *code != 0) return fail(SocksReply{*code});
  const auto reserved = in.u8();  // any value: some proxies leave rubbish here
  const auto type = in.u8();
  if (!reserved || !type) return false;
  auto host = host_bytes(in, *type);
  if (!host) return fail(std::move(host));
  return host->has_value() && in.u16().has_value();
}

}  // namespace rozaneh
