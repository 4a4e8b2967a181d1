#include "lab/score/subjects.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <tuple>

namespace rozaneh::lab {
namespace {

Result<SubjectSpec> read(const EmbeddedFile& file) {
  return parse_subject(file.text, fmt::format("{}.toml", file.name));
}

Result<SubjectSpec> read_named(std::string_view name) {
  const auto files = subject_files();
  const auto found = std::ranges::find(files, name, &EmbeddedFile::name);
  if (found != files.end()) return read(*found);
  std::string names;
  for (const EmbeddedFile& file : files) names.append(names.empty() ? "" : ", ").append(file.name);
  return fail(SubjectError::text, fmt::format("no subject '{}'; there are: {}", name, names));
}

bool is_in_path(const std::string& program, std::string_view path) {
  if (program.contains('/')) return access(program.c_str(), X_OK) == 0;
  while (true) {
    const auto end = std::min(path.find(':'), path.size());
    const std::string file = fmt::format("{}/{}", path.substr(0, end), program);
    if (end > 0 && access(file.c_str(), X_OK) == 0) return true;
    if (end == path.size()) return false;
    path.remove_prefix(end + 1);
  }
}

}  // namespace

Result<std::vector<SubjectSpec>> all_subjects() {
  std::vector<SubjectSpec> all;
  for (const EmbeddedFile& file : subject_files()) {
    auto spec = find_subject(file.name);
    if (!spec) return std::unexpected(spec.error());
    all.push_back(std::move(*spec));
  }
  std::ranges::sort(all, {}, [](const SubjectSpec& spec) { return std::tuple(spec.kind, spec.id); });
  return all;
}

Result<SubjectSpec> with_base(SubjectSpec spec) {
  if (spec.base.empty()) return spec;
  auto base = read_named(spec.base);
  if (!base) return base;
  if (!base->base.empty())
    return fail(SubjectError::text, fmt::format("{}: its base, {}, has a base itself", spec.id, base->id));
  add_base(std::move(*base), spec);
  return spec;
}

Result<SubjectSpec> find_subject(std::string_view name) {
  auto spec = read_named(name);
  return spec ? with_base(std::move(*spec)) : spec;
}

std::string missing_program(const SubjectSpec& spec) {
  const char* path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): there is one thread
  for (const std::string& program : spec.needs)
    if (!is_in_path(program, path != nullptr ? path : "")) return program;
  return {};
}

}  // namespace rozaneh::lab
