#include "lab/censor/library.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace rozaneh::lab {
namespace {

struct File {
  std::string_view name;
  std::string_view text;
};

constexpr auto kFiles = std::to_array<File>({
#include "censors.inc"
});

std::string all_names() {
  std::string names;
  for (const File& file : kFiles) names.append(names.empty() ? "" : ", ").append(file.name);
  return names;
}

Result<CensorSpec> read(const File& file) {
  return parse_censor(file.text, fmt::format("{}.toml", file.name));
}

}  // namespace

Result<std::vector<CensorSpec>> all_censors() {
  std::vector<CensorSpec> all;
  for (const File& file : kFiles) {
    auto spec = read(file);
    if (!spec) return std::unexpected(spec.error());
    all.push_back(std::move(*spec));
  }
  std::ranges::sort(all, {}, [](const CensorSpec& spec) { return std::pair(spec.from, spec.id); });
  return all;
}

Result<CensorSpec> find_censor(std::string_view name) {
  const auto* found = std::ranges::find(kFiles, name, &File::name);
  if (found == kFiles.end())
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
