#include "cli/status.h"

#include <chrono>

#include "cli/client_ways.h"
#include "cli/exit_code.h"
#include "cli/give_up.h"

namespace rozaneh::cli {
namespace {

using Json = nlohmann::json;

std::string age(std::int64_t when) {
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
  const std::int64_t seconds = std::max<std::int64_t>(now.count() - when, 0);
  if (seconds < 120) return fmt::format("{} s ago", seconds);
  if (seconds < 7200) return fmt::format("{} min ago", seconds / 60);
  if (seconds < 172'800) return fmt::format("{} h ago", seconds / 3600);
  return fmt::format("{} days ago", seconds / 86'400);
}

std::string line_of(const Json& way) {
  std::string text = fmt::format("{} {}", way.value("in_use", false) ? "*" : " ", way.value("way", ""));
  const std::int64_t success = way.value("last_success", std::int64_t{0});
  const std::int64_t failure = way.value("last_failure", std::int64_t{0});
  if (success == 0 && failure == 0) return text + ": not tried on this network";
  text += success > failure ? ": worked " + age(success) : ": failed " + age(failure);
  if (way.contains("ms")) text += fmt::format(", answered in {} ms", way.value("ms", 0));
  if (const double goodput = way.value("goodput", 0.0); goodput > 0)
    text += fmt::format(", carried {:.1f} Mbit/s", goodput * 8 / 1e6);
  return text;
}

void show(Console& console, const Json& status) {
  const auto ways = status.value("ways", Json::array());
  const bool in_use = std::ranges::any_of(ways, [](const Json& way) { return way.value("in_use", false); });
  console.show(in_use ? "Connected; * is in use:" : "Not connected now:");
  for (const Json& way : ways) console.show(line_of(way));
  console.show(fmt::format("{} open, {} bytes up, {} down; network changes: {}", status.value("open", 0),
                           status.value("up", std::uint64_t{0}), status.value("down", std::uint64_t{0}),
                           status.value("network_changes", 0)));
  const auto datagrams = status.value("datagrams", std::uint64_t{0});
  const auto dropped = status.value("datagrams_dropped", std::uint64_t{0});
  if (datagrams + dropped > 0)
    console.show(fmt::format("UDP: {} open, {} datagrams carried, {} dropped", status.value("flows", 0),
                             datagrams, dropped));
}

}  // namespace

void declare(CLI::App& app, StatusSettings& settings) {
  app.add_option("--state", settings.state, "The client's state directory, if it is not the usual one")
      ->type_name("DIRECTORY");
  app.add_flag("--json", settings.json, "One JSON object instead of sentences, for programs");
}

int run_status(const StatusSettings& settings) {
  Console console;
  console.configure({.json = settings.json});
  const std::filesystem::path directory =
      settings.state.empty() ? default_state_directory() : std::filesystem::path(settings.state);
  const auto answer = io::ask_local(status_socket(directory));
  if (!answer) {
    console.error("no client answers in {}: {}", directory.string(), answer.error().message());
    return kFailed;
  }
  const Json status = Json::parse(*answer, nullptr, false);
  if (!status.is_object()) {
    console.error("what answers in {} is no client of this version", directory.string());
    return kFailed;
  }
  if (settings.json) {
    console.event("status", "", status);
  } else {
    show(console, status);
  }
  return kOk;
}

}  // namespace rozaneh::cli
