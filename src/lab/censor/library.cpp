#include "lab/censor/library.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

#include "lab/censor/files.h"

namespace rozaneh::lab {
namespace {

std::string all_names() {
  std::string names;
  for (const EmbeddedFile& file : censor_files()) names.append(names.empty() ? "" : ", ").append(file.name);
  return names;
}

Result<CensorSpec> read(const EmbeddedFile& file) {
  return parse_censor(file.text, fmt::format("{}.toml", file.name));
}

Result<CensorSpec> read_named(std::string_view name) {
  const auto files = censor_files();
  const auto found = std::ranges::find(files, name, &EmbeddedFile::name);
  if (found == files.end())
    return fail(SpecError::text, fmt::format("no censor '{}'; there are: {}", name, all_names()));
  return read(*found);
}

// Walks the tree of companions.
class Companions {
 public:
  explicit Companions(const FindCensor& find) : find_(find) {}

  Result<CensorSpec> bring_into(CensorSpec spec) {
    path_.push_back(spec.id);
    for (const std::string& name : std::exchange(spec.with, {})) {
      if (std::ranges::find(path_, name) != path_.end())
        return fail(SpecError::text, fmt::format("{}: 'with' names '{}', which leads back to itself: {}, {}",
                                                 path_.front(), name, fmt::join(path_, ", "), name));
      if (!seen_.insert(name).second) continue;
      auto companion = bring(name);
      if (!companion) return companion;
      std::ranges::move(companion->rules, std::back_inserter(spec.rules));
      spec.most_scale = std::min(spec.most_scale, companion->most_scale);
    }
    path_.pop_back();
    return spec;
  }

 private:
  Result<CensorSpec> bring(const std::string& name) {
    auto companion = find_(name);
    if (!companion) return companion;
    return bring_into(std::move(*companion));
  }

  const FindCensor& find_;
  std::vector<std::string> path_;  // from the censor in hand up to the first
  std::set<std::string> seen_;
};

}  // namespace

Result<std::vector<CensorSpec>> all_censors() {
  std::vector<CensorSpec> all;
  for (const EmbeddedFile& file : censor_files()) {
    auto spec = read(file);
    if (!spec) return std::unexpected(spec.error());
    all.push_back(std::move(*spec));
  }
  std::ranges::sort(all, {}, [](const CensorSpec& spec) { return std::pair(spec.from, spec.id); });
  return all;
}

Result<CensorSpec> find_censor(std::string_view name) {
  auto spec = read_named(name);
  if (!spec) return spec;
  return with_companions(std::move(*spec));
}

Result<CensorSpec> with_companions(CensorSpec spec) { return with_companions(std::move(spec), &read_named); }

Result<CensorSpec> with_companions(CensorSpec spec, const FindCensor& find) {
  return Companions(find).bring_into(std::move(spec));
}

}  // namespace rozaneh::lab
