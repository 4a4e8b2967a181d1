#include "cli/links.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/settings.h"
#include "wire/link.h"
#include "wire/way_list.h"

namespace rozaneh::cli {
namespace {

constexpr std::uintmax_t kLargestFile = 4 * 1024 * 1024;

Result<std::vector<Way>> read_file(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_regular_file(path, error) && std::filesystem::file_size(path, error) > kLargestFile)
    return fail(SettingsError::value, fmt::format("{} is too large for a list of links", path));
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) return fail(SettingsError::value, fmt::format("cannot read {}", path));
  auto ways = parse_way_list(text);
  if (!ways) return fail(SettingsError::value, fmt::format("{}: {}", path, ways.error().message()));
  return ways;
}

// A bridge line has a space in it, and a link its scheme; names of files that have either can be given as
// ./name.
bool is_text(const std::string& given) {
  const bool path = given.starts_with('/') || given.starts_with("./") || given.starts_with("../");
  return is_link(given) || (!path && given.contains(' '));
}

}  // namespace

Result<std::vector<Way>> read_links(const std::vector<std::string>& given) {
  if (given.empty())
    return fail(SettingsError::value,
                "give a rozaneh:// link, a Tor bridge line in quotes, or a file of them");
  std::vector<Way> all;
  for (const std::string& each : given) {
    auto ways = is_text(each) ? parse_ways(each) : read_file(each);
    if (!ways) return std::unexpected(ways.error());
    all.insert(all.end(), ways->begin(), ways->end());
  }
  return all;
}

}  // namespace rozaneh::cli
