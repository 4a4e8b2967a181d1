#include "wire/label.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>

namespace rozaneh {
namespace {

constexpr std::size_t kMaxLabel = 64;

struct Range {
  char32_t first;
  char32_t last;
};

constexpr Range kUnfit[] = {
    {0x00, 0x1f},        // C0
    {0x7f, 0x9f},        // DEL and C1
    {0x2028, 0x202e},    // line ends; embeddings and overrides of direction
    {0x2066, 0x2069},    // isolates
    {0xd800, 0xdfff},    // halves of UTF-16
    {0xfff9, 0xfffb},    // annotations
    {0xe0000, 0xe007f},  // tags, which are invisible
};

// The next character (RFC 3629: shortest form, at most U+10FFFF), taken off the front of `text`.
std::optional<char32_t> take_character(std::string_view& text) {
  const auto first = static_cast<std::uint8_t>(text.front());
  const auto ones = static_cast<unsigned>(std::countl_one(first));
  if (ones == 1 || ones > 4 || ones > text.size()) return std::nullopt;
  char32_t character = first & (0xffU >> (ones + 1));
  if (ones == 0) character = first;
  for (unsigned i = 1; i < ones; ++i) {
    const auto next = static_cast<std::uint8_t>(text[i]);
    if (std::countl_one(next) != 1) return std::nullopt;
    character = character << 6U | (next & 0x3fU);
  }
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (character < kLeast[ones] || character > 0x10ffff) return std::nullopt;
  text.remove_prefix(std::max(1U, ones));
  return character;
}

bool is_fit(char32_t character) {
  return std::ranges::none_of(
      kUnfit, [=](const Range& range) { return character >= range.first && character <= range.last; });
}

}  // namespace

bool is_label(std::string_view text) {
  if (text.size() > kMaxLabel) return false;
  while (!text.empty()) {
    const auto character = take_character(text);
    if (!character || !is_fit(*character)) return false;
  }
  return true;
}

}  // namespace rozaneh
