// The Range field by nginx's rules (RFC 9110 section 14, with some freedom).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace rozaneh::site {

struct Range {
  std::uint64_t from = 0;
  std::uint64_t to = 0;  // the first byte that is not part of it
};

// What to send of `size` bytes. nullopt: all of it, as if there were no field; an empty list: 416.
std::optional<std::vector<Range>> parse_ranges(std::string_view field, std::uint64_t size);

}  // namespace rozaneh::site
