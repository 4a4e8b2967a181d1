#include "lab/far/numbered.h"

#include <charconv>

namespace rozaneh::lab {

void fill_numbered(MutableBytes block, std::uint64_t from) {
  for (std::size_t i = 0; i < block.size(); ++i) {
    const std::uint64_t place = from + i;
    block[i] = static_cast<std::uint8_t>((place * 0x9e3779b97f4a7c15) >> 56U);
  }
}

std::optional<std::uint64_t> numbered_size(std::string_view path) {
  constexpr std::string_view kBytes = "/bytes/";
  const auto found = path.rfind(kBytes);
  if (found == std::string_view::npos) return std::nullopt;
  const auto number = parse_count(path.substr(found + kBytes.size()));
  return number && *number <= kMostNumbered ? number : std::nullopt;
}

std::optional<std::uint64_t> parse_count(std::string_view digits) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), number);
  if (error != std::errc() || end != digits.end()) return std::nullopt;
  return number;
}

}  // namespace rozaneh::lab
