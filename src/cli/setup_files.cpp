#include "cli/setup_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace rozaneh::cli {
namespace {

// Whether a line gives a value to the key, or would without the `# ` in front.
bool is_about(std::string_view line, std::string_view key) {
  if (line.starts_with("# ")) line.remove_prefix(2);
  return line.starts_with(key) && line.substr(key.size()).starts_with(" = ");
}

}  // namespace

std::string_view settings_template(std::string_view service) {
  const auto all = service_settings();
  const auto found = std::ranges::find(all, service, &EmbeddedFile::name);
  return found == all.end() ? std::string_view() : found->text;
}

std::string with_setting(std::string_view file, std::string_view key, std::string_view value) {
  // Every string of JSON is one of TOML.
  const std::string line = fmt::format("{} = {}\n", key, nlohmann::json(std::string(value)).dump());
  std::string text;
  bool placed = false;
  while (!file.empty()) {
    const auto end = file.find('\n');
    const std::string_view each = file.substr(0, end);
    file.remove_prefix(end == std::string_view::npos ? file.size() : end + 1);
    if (!placed && is_about(each, key)) {
      text += line;
      placed = true;
      continue;
    }
    text.append(each).append("\n");
  }
  return placed ? text : text.append("\n").append(line);
}

}  // namespace rozaneh::cli
