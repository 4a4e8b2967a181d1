#include "cli/console.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace rozaneh::cli {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 4> kLevels = {"debug", "info", "warn", "error"};

std::string_view name_of(Log::Level level) { return kLevels[static_cast<std::size_t>(level)]; }

Json stamped(std::string_view event) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {{"event", event}, {"time", std::chrono::duration<double>(now).count()}};
}

// Names and paths may hold any bytes; a line of JSON may not.
std::string line_of(const Json& object) {
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::optional<Log::Level> parse_level(std::string_view text) {
  const auto found = std::ranges::find(kLevels, text);
  if (found == kLevels.end()) return std::nullopt;
  return static_cast<Log::Level>(found - kLevels.begin());
}

void Console::configure(Options options) {
  const std::scoped_lock lock(mutex_);
  options_ = options;
}

void Console::write(Level level, std::string_view line) {
  const std::scoped_lock lock(mutex_);
  if (options_.json) {
    Json entry = stamped("log");
    entry["level"] = name_of(level);
    entry["message"] = line;
    put(stdout, line_of(entry));
    return;
  }
  std::string text =
      level == Level::info ? "" : fmt::format("{}: ", level == Level::warn ? "warning" : name_of(level));
  put(stderr, text.append(line));
}

void Console::event(std::string_view name, std::string_view sentence, const Json& fields) {
  const std::scoped_lock lock(mutex_);
  if (!options_.json) {
    if (!sentence.empty()) put(stdout, sentence);
    return;
  }
  Json entry = stamped(name);
  entry.update(fields);
  put(stdout, line_of(entry));
}

bool Console::on_terminal() const { return !options_.json && isatty(STDOUT_FILENO) != 0; }

void Console::show(std::string_view text) {
  const std::scoped_lock lock(mutex_);
  if (!options_.json) put(stdout, text);
}

void Console::status(std::string_view line) {
  const std::scoped_lock lock(mutex_);
  if (!on_terminal()) return;
  status_ = line;
  fmt::print(stdout, "\r\x1b[K{}", status_);
  (void)std::fflush(stdout);
}

void Console::put(FILE* to, std::string_view line) {
  if (!status_.empty()) fmt::print(stdout, "\r\x1b[K");
  fmt::print(to, "{}\n", line);
  if (!status_.empty()) fmt::print(stdout, "{}", status_);
  (void)std::fflush(to);
  (void)std::fflush(stdout);
}

}  // namespace rozaneh::cli
