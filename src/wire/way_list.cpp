#include "wire/way_list.h"

#include <algorithm>

#include "wire/bridge_line.h"
#include "wire/link.h"

namespace rozaneh {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";  // Windows editors write it

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string_view take_line(std::string_view& text) {
  const auto line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(text.size(), line.size() + 1));
  return trim(line);
}

}  // namespace

Result<std::vector<Way>> parse_ways(std::string_view text) {
  text = trim(text);
  if (text.empty()) return fail(LinkError::empty);
  if (is_link(text)) return parse_link(text);
  if (text.substr(0, text.find(' ')).contains("://")) return fail(LinkError::scheme);
  auto way = parse_bridge_line(text);
  if (!way) return fail(std::move(way));
  return std::vector{std::move(*way)};
}

Result<std::vector<Way>> parse_way_list(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::vector<Way> all;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto line = take_line(text);
    if (line.empty() || line.starts_with('#')) continue;
    auto ways = parse_ways(line);
    if (!ways) return std::unexpected(ways.error().at("line " + std::to_string(number)));
    std::ranges::move(*ways, std::back_inserter(all));
    if (all.size() > kMaxWays) return fail(LinkError::too_long, "1000 ways at most");
  }
  if (all.empty()) return fail(LinkError::empty);
  return all;
}

}  // namespace rozaneh
