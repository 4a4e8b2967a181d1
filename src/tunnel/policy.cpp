#include "tunnel/policy.h"

#include "base/toml_table.h"

namespace rozaneh::tunnel {
namespace {

constexpr std::int64_t kMostConnections = 16;
constexpr std::int64_t kMostSeconds = 24 * 60 * 60;
constexpr std::int64_t kMostBytes = std::int64_t{1} << 40U;

std::chrono::seconds seconds(TomlTable& table, std::string_view key) {
  return std::chrono::seconds(table.whole(key, 0, kMostSeconds).value_or(0));
}

// 0 is no limit.
std::uint64_t limit(TomlTable& table, std::string_view key) {
  const auto given = table.whole(key, 0, kMostBytes).value_or(0);
  if (given != 0 && given < static_cast<std::int64_t>(kLeastSent))
    table.wrong(key, fmt::format("0, or {} bytes and more", kLeastSent));
  return static_cast<std::uint64_t>(given);
}

EarlyPadding padding(TomlTable table) {
  EarlyPadding padding;
  padding.records = static_cast<std::uint64_t>(table.whole("records", 1, kMostPaddedRecords).value_or(8));
  padding.bytes = static_cast<std::uint64_t>(table.whole("bytes", 1, kMostPadding).value_or(1400));
  table.end();
  return padding;
}

}  // namespace

std::string_view layer_of(PolicyError /*error*/) { return "policy"; }

std::string_view describe(PolicyError /*error*/) { return ""; }  // the details say it all

Result<Policy> parse_policy(std::string_view text, std::string_view file) {
  const auto parsed = parse_toml(text, file);
  TomlFailure failure{.file = std::string(file), .text = {}};
  Policy policy;
  if (!parsed) {
    failure.set(parsed.error().where, parsed.error().what);
    return fail(PolicyError::file, failure.text);
  }
  TomlTable table(*parsed, failure);
  policy.summary = table.text("summary");
  policy.connections = static_cast<std::size_t>(table.whole("connections", 1, kMostConnections).value_or(1));
  const auto most = table.whole("most", 1, 2 * kMostConnections);
  policy.most = most ? static_cast<std::size_t>(*most) : policy.connections + 3;
  if (policy.most < policy.connections) table.wrong("most", "no less than 'connections'");
  policy.age = seconds(table, "age");
  policy.idle = seconds(table, "idle");
  policy.bytes_up = limit(table, "bytes-up");
  policy.bytes_down = limit(table, "bytes-down");
  if (auto inner = table.table("padding")) policy.padding = padding(*inner);
  table.end();
  if (!failure.text.empty()) return fail(PolicyError::file, failure.text);
  return policy;
}

std::string policy_names() {
  std::vector<std::string_view> names;
  for (const EmbeddedFile& each : policy_files()) names.push_back(each.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

Result<Policy> built_in_policy(std::string_view name) {
  const auto found = std::ranges::find(policy_files(), name, &EmbeddedFile::name);
  if (found != policy_files().end()) return parse_policy(found->text, found->name);
  return fail(PolicyError::name, fmt::format("there is no policy '{}'; there are {}", name, policy_names()));
}

}  // namespace rozaneh::tunnel
