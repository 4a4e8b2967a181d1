#include "site/ranges.h"

#include <algorithm>
#include <limits>

namespace rozaneh::site {
namespace {

constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();

void skip_spaces(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
}

// nullopt: no digit, or more than an off_t holds.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t value = 0;
  bool any = false;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    const auto digit = static_cast<std::uint64_t>(text.front() - '0');
    if (value > (kMost - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
    any = true;
    text.remove_prefix(1);
  }
  skip_spaces(text);
  return any ? std::optional(value) : std::nullopt;
}

bool at_end(std::string_view text) { return text.empty() || text.front() == ','; }

// One range off the front, up to its comma; nullopt: no range at all. It may be empty.
std::optional<Range> take_range(std::string_view& text, std::uint64_t size) {
  skip_spaces(text);
  std::optional<std::uint64_t> from;
  if (!text.starts_with('-')) {
    from = take_number(text);
    if (!from || !text.starts_with('-')) return std::nullopt;
  }
  text.remove_prefix(1);
  if (from) {
    skip_spaces(text);
    if (at_end(text)) return Range{*from, size};
  }
  const auto last = take_number(text);
  if (!last || !at_end(text)) return std::nullopt;
  if (!from) return Range{*last < size ? size - *last : 0, size};
  return Range{*from, *last >= size ? size : *last + 1};
}

}  // namespace

std::optional<std::vector<Range>> parse_ranges(std::string_view field, std::uint64_t size) {
  std::vector<Range> ranges;
  std::uint64_t sum = 0;
  field.remove_prefix(std::string_view("bytes=").size());
  for (;;) {
    const auto range = take_range(field, size);
    if (!range) return std::vector<Range>();
    if (range->from < range->to) {
      ranges.push_back(*range);
      sum += range->to - range->from;
    } else if (range->from == 0) {
      return std::nullopt;
    }
    if (field.empty()) break;
    field.remove_prefix(1);
  }
  // More than all of it: somebody wants us to work.
  if (!ranges.empty() && sum > size) return std::nullopt;
  return ranges;
}

}  // namespace rozaneh::site
