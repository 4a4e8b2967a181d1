#include "cli/lab_load.h"

#include <fmt/format.h>

#include "cli/settings.h"
#include "io/file.h"
#include "lab/censor/library.h"
#include "lab/score/subjects.h"

namespace rozaneh::cli {
namespace {

constexpr std::size_t kLargestFile = 1024 * 1024;

bool is_file(const std::string& name) { return name.contains('/') || name.ends_with(".toml"); }

Result<Buffer> read(const std::string& name) {
  const io::File file(name, O_RDONLY);
  auto text = file.is_open() ? file.read_all(kLargestFile) : std::nullopt;
  if (!text) return fail(SettingsError::value, fmt::format("cannot read {}", name));
  return std::move(*text);
}

}  // namespace

Result<lab::CensorSpec> load_censor(const std::string& name) {
  if (!is_file(name)) return lab::find_censor(name);
  const auto text = read(name);
  if (!text) return std::unexpected(text.error());
  auto spec = lab::parse_censor(text_of(*text), name);
  if (!spec) return spec;
  return lab::with_companions(std::move(*spec));
}

Result<lab::SubjectSpec> load_subject(const std::string& name) {
  if (!is_file(name)) return lab::find_subject(name);
  const auto text = read(name);
  if (!text) return std::unexpected(text.error());
  auto spec = lab::parse_subject(text_of(*text), name);
  return spec ? lab::with_base(std::move(*spec)) : spec;
}

}  // namespace rozaneh::cli
