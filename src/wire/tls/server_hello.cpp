#include "wire/tls/server_hello.h"

namespace rozaneh::tls {
namespace {

constexpr std::size_t kMaxSessionId = 32;

// SHA-256 of "HelloRetryRequest" (RFC 8446 section 4.1.3).
constexpr std::array<std::uint8_t, 32> kRetryRandom = {
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};

std::optional<std::uint16_t> u16_at_start(const Extension* extension) {
  return extension == nullptr ? std::nullopt : Reader(extension->body).u16();
}

std::optional<std::string> chosen_protocol(const Extension* extension) {
  if (extension == nullptr) return std::nullopt;
  Reader reader(extension->body);
  const auto list = take_vector16(reader);
  if (!list) return std::nullopt;
  Reader names(*list);
  const auto name = take_vector8(names);
  return name ? std::optional(std::string(text_of(*name))) : std::nullopt;
}

void interpret(ServerHello& hello) {
  const auto find = [&](std::uint16_t type) { return find_extension(hello.extensions, type); };
  hello.version = u16_at_start(find(extension::kSupportedVersions)).value_or(hello.legacy_version);
  hello.retry_request = hello.random == kRetryRandom;
  hello.group = u16_at_start(find(extension::kKeyShare));
  hello.alpn = chosen_protocol(find(extension::kAlpn));
}

bool read_fixed(Reader& reader, ServerHello& hello) {
  const auto version = reader.u16();
  const auto random = reader.bytes(hello.random.size());
  const auto session_id = random ? take_vector8(reader) : std::nullopt;
  const auto cipher = session_id ? reader.u16() : std::nullopt;
  const auto method = cipher ? reader.u8() : std::nullopt;
  if (!method || session_id->size() > kMaxSessionId) return false;
  hello.legacy_version = *version;
  copy(hello.random, *random);
  hello.session_id.assign(session_id->begin(), session_id->end());
  hello.cipher_suite = *cipher;
  hello.compression_method = *method;
  return true;
}

bool read_extensions(Reader& reader, ServerHello& hello) {
  if (reader.empty()) return true;  // before TLS 1.2 there need not even be a length
  const auto block = take_vector16(reader);
  if (!block || !reader.empty()) return false;
  auto extensions = parse_extensions(*block);
  if (!extensions) return false;
  hello.extensions = *std::move(extensions);
  return true;
}

}  // namespace

std::optional<ServerHello> parse_server_hello(Bytes body) {
  ServerHello hello;
  Reader reader(body);
  if (!read_fixed(reader, hello) || !read_extensions(reader, hello)) return std::nullopt;
  interpret(hello);
  return hello;
}

}  // namespace rozaneh::tls
