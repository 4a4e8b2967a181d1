#include "lab/score/subject.h"

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "base/toml_table.h"
#include "lab/score/placeholders.h"
#include "lab/score/sends.h"

namespace rozaneh::lab {
namespace {

constexpr std::array<std::string_view, 4> kTransports = {"obfs2", "obfs3", "obfs4", "scramblesuit"};
constexpr std::array<std::string_view, 3> kKinds = {"control", "ours", "peer"};
constexpr std::int64_t kMostConnections = 64;
constexpr std::int64_t kLongestWait = 600;  // seconds

// What stands for something in this subject's words.
std::vector<std::string> placeholders_of(const SubjectSpec& spec) {
  std::vector<std::string> known = {"address", "authority", "certificate", "key",
                                    "port",    "rozaneh",   "state",       "web"};
  for (const std::string& transport : spec.bridge) known.push_back("link." + transport);
  const auto pluggable = [](const SubjectProgram& program) { return !program.pluggable.empty(); };
  if (std::ranges::any_of(spec.far_side, pluggable)) known.emplace_back("pt.arguments");
  if (std::ranges::any_of(spec.near_side, pluggable)) known.emplace_back("pt.port");
  return known;
}

IpAddress read_address(TomlTable& table, std::string_view key) {
  const auto address = IpAddress::parse(table.text(key));
  if (!address) table.wrong(key, "an IP address");
  return address.value_or(IpAddress());
}

SubjectFile read_file(TomlTable table) {
  SubjectFile file{.name = table.text("name"), .text = table.text("text")};
  if (!table.has("name")) table.missing("name");
  if (file.name.empty() || file.name.contains('/') || file.name.starts_with('.'))
    table.wrong("name", "a file's name without folders");
  table.end();
  return file;
}

SubjectProgram read_program(TomlTable table) {
  SubjectProgram program;
  program.words = table.texts("run");
  if (program.words.empty()) table.missing("run");
  program.environment = table.texts("environment");
  for (const std::string& each : program.environment)
    if (each.find('=') == std::string::npos || each.starts_with('='))
      table.wrong("environment", "a list of texts such as \"NAME=value\"");
  if (const auto port = table.whole("ready", 1, 65535))
    program.ready_port = static_cast<std::uint16_t>(*port);
  program.ready_interface = table.text("ready-interface");
  program.ready_says = table.text("ready-says");
  program.pluggable = table.text("pluggable");
  table.end();
  return program;
}

FetchPlan read_fetch(TomlTable table) {
  FetchPlan plan;
  if (auto place = Place::parse(table.text("url"))) {
    plan.place = std::move(*place);
  } else if (table.has("url")) {
    table.wrong("url", "http://HOST/PATH, https://HOST/PATH, dns://NAME, tcp://HOST:PORT or udp://HOST:PORT");
  } else {
    table.missing("url");
  }
  plan.tls = std::array{"", "1.2", "1.3"}.at(table.choice("tls", {"any", "1.2", "1.3"}, 0));
  plan.ciphers = table.text("ciphers");
  plan.times = static_cast<unsigned>(table.whole("times", 1, 100).value_or(plan.times));
  plan.connections = static_cast<unsigned>(table.whole("connections", 1, kMostConnections).value_or(1));
  if (table.has("at")) plan.at = read_address(table, "at");
  plan.v6 = table.flag("v6");
  plan.tcp_options = table.flag("tcp-options", true);
  plan.verify = table.flag("verify", true);
  plan.sends = table.texts("sends");
  for (const std::string& each : plan.sends)
    if (!is_sendable(each))
      table.wrong("sends", "hexadecimal digits, or \"random N\" for N bytes up to 65535");
  plan.answer = table.has("answer") ? read_address(table, "answer")
                                    : IpAddress(std::array<std::uint8_t, 4>{198, 51, 100, 10});
  if (plan.place.is_raw() && plan.sends.empty()) table.missing("sends");
  table.end();
  return plan;
}

void check(std::string_view text, const std::vector<std::string>& known, std::string_view key,
           TomlTable& table) {
  for_each_placeholder(text, [&](std::string_view name) {
    if (std::ranges::find(known, name) == known.end())
      table.wrong(
          key, fmt::format("these placeholders: {{{}}}; there is no {{{}}}", fmt::join(known, "}, {"), name));
  });
}

void check_placeholders(const SubjectSpec& spec, TomlTable& table) {
  const auto known = placeholders_of(spec);
  for (const SubjectFile& file : spec.files) check(file.text, known, "file", table);
  check(spec.proxy, known, "proxy", table);
  const auto check_all = [&](const std::vector<SubjectProgram>& programs, std::string_view key) {
    for (const SubjectProgram& program : programs) {
      for (const std::string& word : program.words) check(word, known, key, table);
      for (const std::string& value : program.environment) check(value, known, key, table);
    }
  };
  check_all(spec.prepare, "prepare");
  check_all(spec.far_side, "far");
  check_all(spec.near_side, "near");
}
SubjectSpec read_spec(TomlTable table) {
  SubjectSpec spec;
  spec.title = table.text("title");
  if (spec.title.empty()) table.missing("title");
  spec.kind = static_cast<SubjectKind>(table.choice("kind", {kKinds.begin(), kKinds.end()}, 0));
  spec.base = table.text("base");
  spec.innocent = table.flag("innocent");
  if (const auto year = table.whole("year", 1990, 2100)) spec.year = static_cast<unsigned>(*year);
  spec.needs = table.texts("needs");
  spec.package = table.text("package");
  if (!spec.needs.empty() && spec.package.empty()) table.missing("package");
  spec.bridge = table.texts("bridge");
  for (const std::string& transport : spec.bridge)
    if (std::ranges::find(kTransports, transport) == kTransports.end())
      table.wrong("bridge", fmt::format("a list of: {}", fmt::join(kTransports, ", ")));
  for (TomlTable& each : table.tables("file")) spec.files.push_back(read_file(std::move(each)));
  for (TomlTable& each : table.tables("prepare")) spec.prepare.push_back(read_program(std::move(each)));
  for (TomlTable& each : table.tables("far")) spec.far_side.push_back(read_program(std::move(each)));
  for (TomlTable& each : table.tables("near")) spec.near_side.push_back(read_program(std::move(each)));
  spec.patience = static_cast<unsigned>(table.whole("patience", 1, kLongestWait).value_or(0));
  spec.proxy = table.text("proxy");
  if (auto fetch = table.table("fetch")) {
    spec.fetch = read_fetch(std::move(*fetch));
  } else {
    table.missing("fetch");
  }
  table.end();
  check_placeholders(spec, table);
  return spec;
}

}  // namespace

std::string_view name_of(SubjectKind kind) { return kKinds.at(static_cast<std::size_t>(kind)); }

void add_base(SubjectSpec base, SubjectSpec& spec) {
  const auto put_before = [](auto& first, auto& rest) {
    std::ranges::move(rest, std::back_inserter(first));
    rest = std::move(first);
  };
  put_before(base.needs, spec.needs);
  put_before(base.bridge, spec.bridge);
  put_before(base.files, spec.files);
  put_before(base.prepare, spec.prepare);
  put_before(base.far_side, spec.far_side);
  if (spec.package.empty()) spec.package = base.package;
}

std::string_view layer_of(SubjectError /*error*/) { return "subject"; }

// The detail says where, what and what would be right.
std::string_view describe(SubjectError /*error*/) { return ""; }

Result<SubjectSpec> parse_subject(std::string_view text, std::string_view file) {
  TomlFailure failure{.file = std::string(file), .text = {}};
  const auto table = parse_toml(text, file);
  if (!table) {
    failure.set(table.error().where, table.error().what);
    return fail(SubjectError::text, std::move(failure.text));
  }
  SubjectSpec spec = read_spec(TomlTable(*table, failure));
  if (!failure.text.empty()) return fail(SubjectError::text, std::move(failure.text));
  const std::string_view name = file.substr(file.rfind('/') + 1);
  spec.id = name.substr(0, name.rfind('.'));
  return spec;
}

}  // namespace rozaneh::lab
