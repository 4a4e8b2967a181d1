#include "cli/lab_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/exit_code.h"
#include "cli/lab_load.h"
#include "cli/settings.h"
#include "lab/censor/library.h"
#include "lab/far/bridge.h"
#include "lab/far/far_side.h"
#include "lab/path/censor_row.h"
#include "lab/path/session.h"

namespace rozaneh::cli {
namespace {

int refuse(const Error& error, int code) {
  std::cerr << "rozaneh: " << error.message() << '\n';
  return code;
}

nlohmann::json to_json(const lab::CensorSpec& spec) {
  nlohmann::json rules = nlohmann::json::array();
  for (const lab::CensorRule& rule : spec.rules)
    rules.push_back({{"name", rule.name}, {"sees", rule.sight.what}});
  nlohmann::json sources = nlohmann::json::array();
  for (const lab::Source& source : spec.sources)
    sources.push_back({{"text", source.text}, {"url", source.url}});
  return {{"id", spec.id},
          {"title", spec.title},
          {"from", spec.from},
          {"country", spec.country},
          {"until", spec.until},
          {"bold", spec.bold},
          {"rules", rules},
          {"mechanism", spec.mechanism},
          {"sources", sources},
          {"most_scale", spec.most_scale},
          {"control", {{"passes", spec.control.passes}, {"blocked", spec.control.blocked}}}};
}

int list(const LabSettings& settings) {
  const auto all = lab::all_censors();
  if (!all) return refuse(all.error(), kFailed);
  for (const lab::CensorSpec& spec : *all)
    std::cout << (settings.json ? to_json(spec).dump() : fmt::format("{:<36}{}", spec.id, spec.title))
              << '\n';
  return kOk;
}

std::string_view words_of(lab::Confidence confidence) {
  switch (confidence) {
    case lab::Confidence::primary:
      return "read in a primary source";
    case lab::Confidence::secondary:
      return "read in a secondary source";
    case lab::Confidence::recalled:
      return "recalled, to be checked";
    case lab::Confidence::measured:
      return "measured";
  }
  return "";
}

int show(const LabSettings& settings) {
  const auto spec = load_censor(settings.censor);
  if (!spec) return refuse(spec.error(), kUsage);
  if (settings.json) {
    std::cout << to_json(*spec).dump() << '\n';
    return kOk;
  }
  std::cout << fmt::format("{}\n{}, {}{}{}\n\n{}\n", spec->title, spec->country, spec->from,
                           spec->until.empty() ? "" : " to ", spec->until, spec->mechanism);
  for (const lab::CensorRule& rule : spec->rules)
    std::cout << fmt::format("  rule    {} ({})\n", rule.name, words_of(rule.confidence));
  for (const lab::Source& source : spec->sources)
    std::cout << fmt::format("  source  {}\n          {}\n", source.text, source.url);
  return kOk;
}

// Puts each transport's link into the environment of the command.
Result<> open_bridges(const lab::Topology& topology, const std::vector<std::string>& transports,
                      std::vector<lab::FarBridge>& bridges) {
  for (const std::string& transport : transports) {
    const auto number = static_cast<std::uint8_t>(lab::kFirstBridge + bridges.size());
    auto bridge = lab::start_bridge(topology, "/proc/self/exe", transport, number);
    if (!bridge) return std::unexpected(bridge.error());
    std::string name = "ROZANEH_LINK_" + transport;
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
    setenv(name.c_str(), bridge->link.c_str(), 1);                         // NOLINT(concurrency-mt-unsafe)
    if (bridges.empty()) setenv("ROZANEH_LINK", bridge->link.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
    bridges.push_back(std::move(*bridge));
  }
  return {};
}

// "A+B@20": censors from the client's side to the server's, each with the scale behind its @ or that of
// --scale.
Result<std::vector<lab::CensorRow::Place>> places_of(const LabSettings& settings) {
  std::vector<lab::CensorRow::Place> places;
  for (std::string_view rest = settings.censor; !rest.empty();) {
    const auto plus = rest.find('+');
    const std::string_view part = rest.substr(0, plus);
    rest = plus == std::string_view::npos ? "" : rest.substr(plus + 1);
    const auto at = part.find('@');
    double scale = settings.scale;
    if (at != std::string_view::npos) {
      const std::string_view number = part.substr(at + 1);
      const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), scale);
      if (error != std::errc() || end != number.data() + number.size() || !(scale >= 1))
        return fail(SettingsError::value, fmt::format("{}: behind @ stands a scale of 1 or more", part));
    }
    auto spec = load_censor(std::string(part.substr(0, at)));
    if (!spec) return std::unexpected(spec.error());
    if (scale > spec->most_scale)
      return fail(SettingsError::value,
                  fmt::format("--scale {}: {} allows up to {}", scale, spec->id, spec->most_scale));
    places.push_back({std::move(*spec), {.scale = scale, .seed = settings.seed, .flows = {}}});
  }
  return places;
}

int run(const LabSettings& settings, std::vector<std::string> command) {
  auto places = places_of(settings);
  if (!places) return refuse(places.error(), kUsage);
  lab::CensorRow censors(std::move(*places));
  std::vector<lab::FarBridge> bridges;
  const auto open_far_side = [&](const lab::Topology& topology) -> Result<> {
    if (auto opened = lab::open_far_side(topology); !opened) return opened;
    if (auto started = censors.start(topology); !started) return started;
    return open_bridges(topology, settings.bridge, bridges);
  };
  const auto code =
      lab::run_session({.middlebox = censors, .command = std::move(command), .servers = open_far_side});
  return code ? *code : refuse(code.error(), lab::kLabFailed);
}

// CLI11 leaves the `--` before a command among its words.
std::vector<std::string> without_mark(std::vector<std::string> words) {
  if (words.size() > 1 && words.front() == "--") words.erase(words.begin());
  return words;
}

std::string shell_of_user() {
  const char* shell = std::getenv("SHELL");  // NOLINT(concurrency-mt-unsafe): there is one thread
  return shell != nullptr ? shell : "/bin/sh";
}

void declare_path(CLI::App& app, LabSettings& settings) {
  app.add_option(
         "censor", settings.censor,
         "A name from `rozaneh lab list`, or a file; several, from the client on: A+B, with scales: A@2+B@20")
      ->required();
  app.add_option(
         "--bridge", settings.bridge,
         "A transport: a bridge of ours on the far side, whose link the command finds in ROZANEH_LINK")
      ->type_name("TRANSPORT")
      ->allow_extra_args(false);
  app.add_option("--scale", settings.scale, "Divide all times by this; each censor says how far that goes")
      ->check(CLI::Range(1.0, 1000.0))
      ->capture_default_str();
  app.add_option("--seed", settings.seed, "What chance is drawn from: the same seed gives the same verdicts")
      ->capture_default_str();
}

}  // namespace

LabCommands declare_lab(CLI::App& app, LabSettings& settings) {
  app.require_subcommand(1);
  LabCommands commands;
  commands.list = app.add_subcommand("list", "Name the censors that there are");
  commands.list->add_flag("--json", settings.json, "One JSON object a line");
  commands.show = app.add_subcommand("show", "Say what a censor does, and who says so");
  commands.show->add_option("censor", settings.censor, "A name from `rozaneh lab list`, or a file")
      ->required();
  commands.show->add_flag("--json", settings.json, "As a JSON object");
  commands.run = app.add_subcommand("run", "Run a command behind a censor");
  declare_path(*commands.run, settings);
  commands.run->add_option("command", settings.command, "The command and its words, after --")->required();
  commands.shell = app.add_subcommand("shell", "Open a shell behind a censor");
  declare_path(*commands.shell, settings);
  return commands;
}

int run_lab(const LabCommands& commands, const LabSettings& settings) {
  if (commands.list->parsed()) return list(settings);
  if (commands.show->parsed()) return show(settings);
  return run(settings, commands.run->parsed() ? without_mark(settings.command)
                                              : std::vector<std::string>{shell_of_user()});
}

}  // namespace rozaneh::cli
