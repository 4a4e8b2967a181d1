#include "wire/tls/extension.h"

namespace rozaneh::tls {
namespace {

std::optional<std::vector<std::uint16_t>> numbers(std::optional<Bytes> bytes, const Reader& after) {
  if (!bytes || !after.empty() || bytes->size() % 2 != 0) return std::nullopt;
  std::vector<std::uint16_t> values;
  values.reserve(bytes->size() / 2);
  for (Reader reader(*bytes); !reader.empty();) values.push_back(*reader.u16());
  return values;
}

}  // namespace

std::optional<Bytes> take_vector8(Reader& reader) {
  Reader ahead = reader;
  const auto size = ahead.u8();
  const auto bytes = size ? ahead.bytes(*size) : std::nullopt;
  if (bytes) reader = ahead;
  return bytes;
}

std::optional<Bytes> take_vector16(Reader& reader) {
  Reader ahead = reader;
  const auto size = ahead.u16();
  const auto bytes = size ? ahead.bytes(*size) : std::nullopt;
  if (bytes) reader = ahead;
  return bytes;
}

std::optional<std::vector<std::uint16_t>> parse_u16_list(Bytes body) {
  Reader reader(body);
  const auto bytes = take_vector16(reader);
  return numbers(bytes, reader);
}

std::optional<std::vector<std::uint16_t>> parse_short_u16_list(Bytes body) {
  Reader reader(body);
  const auto bytes = take_vector8(reader);
  return numbers(bytes, reader);
}

const Extension* find_extension(const std::vector<Extension>& extensions, std::uint16_t type) {
  const auto found = std::ranges::find(extensions, type, &Extension::type);
  return found == extensions.end() ? nullptr : &*found;
}

std::optional<Extension> take_extension(Reader& reader) {
  Reader ahead = reader;
  const auto type = ahead.u16();
  const auto body = type ? take_vector16(ahead) : std::nullopt;
  if (!body) return std::nullopt;
  reader = ahead;
  return Extension{.type = *type, .body = Buffer(body->begin(), body->end())};
}

std::optional<std::vector<Extension>> parse_extensions(Bytes block) {
  std::vector<Extension> extensions;
  Reader reader(block);
  while (!reader.empty()) {
    auto extension = take_extension(reader);
    if (!extension) return std::nullopt;
    extensions.push_back(*std::move(extension));
  }
  return extensions;
}

}  // namespace rozaneh::tls
