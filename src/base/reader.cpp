#include "base/reader.h"

namespace rozaneh {
namespace {

template <class Unsigned>
std::optional<Unsigned> big_endian(Bytes& rest) {
  if (rest.size() < sizeof(Unsigned)) return std::nullopt;
  std::uint64_t value = 0;
  for (std::uint8_t byte : rest.first(sizeof(Unsigned))) value = value << 8U | byte;
  rest = rest.subspan(sizeof(Unsigned));
  return static_cast<Unsigned>(value);
}

}  // namespace

std::optional<std::uint8_t> Reader::u8() { return big_endian<std::uint8_t>(rest_); }
std::optional<std::uint16_t> Reader::u16() { return big_endian<std::uint16_t>(rest_); }
std::optional<std::uint32_t> Reader::u32() { return big_endian<std::uint32_t>(rest_); }
std::optional<std::uint64_t> Reader::u64() { return big_endian<std::uint64_t>(rest_); }

std::optional<Bytes> Reader::bytes(std::size_t count) {
  if (rest_.size() < count) return std::nullopt;
  Bytes taken = rest_.first(count);
  rest_ = rest_.subspan(count);
  return taken;
}

std::optional<std::string_view> Reader::until_nul(std::size_t limit) {
  Bytes window = rest_.first(std::min(rest_.size(), limit + 1));
  auto nul = std::ranges::find(window, std::uint8_t{0});
  if (nul == window.end()) return std::nullopt;
  Bytes text = *bytes(static_cast<std::size_t>(nul - window.begin()));
  rest_ = rest_.subspan(1);
  return text_of(text);
}

}  // namespace rozaneh
