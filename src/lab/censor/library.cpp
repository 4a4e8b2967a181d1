#include "lab/censor/library.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lab/censor/files.h"

namespace rozaneh::lab {
namespace {

std::string all_names() {
  std::string names;
  for (const CensorFile& file : censor_files()) names.append(names.empty() ? "" : ", ").append(file.name);
  return names;
}

Result<CensorSpec> read(const CensorFile& file) {
  return parse_censor(file.text, fmt::format("{}.toml", file.name));
}

}  // namespace

Result<std::vector<CensorSpec>> all_censors() {
  std::vector<CensorSpec> all;
  for (const CensorFile& file : censor_files()) {
    auto spec = read(file);
    if (!spec) return std::unexpected(spec.error());
    all.push_back(std::move(*spec));
  }
  std::ranges::sort(all, {}, [](const CensorSpec& spec) { return std::pair(spec.from, spec.id); });
  return all;
}

Result<CensorSpec> find_censor(std::string_view name) {
  const auto files = censor_files();
  const auto found = std::ranges::find(files, name, &CensorFile::name);
  if (found == files.end())
    return fail(SpecError::text, fmt::format("no censor '{}'; there are: {}", name, all_names()));
  auto spec = read(*found);
  if (!spec) return spec;
  return with_companions(std::move(*spec));
}

Result<CensorSpec> with_companions(CensorSpec spec) {
  for (const std::string& name : std::exchange(spec.with, {})) {
    auto companion = find_censor(name);
    if (!companion) return companion;
    std::ranges::move(companion->rules, std::back_inserter(spec.rules));
    spec.most_scale = std::min(spec.most_scale, companion->most_scale);
  }
  return spec;
}

}  // namespace rozaneh::lab
