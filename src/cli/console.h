// What the program says: to a person in sentences, to a program as one JSON object a line.
#pragma once

#include <cstdio>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/log.h"

namespace rozaneh::cli {

class Console final : public Log {
 public:
  struct Options {
    Level level = Level::info;
    bool json = false;
    bool addresses = false;  // may users' addresses be shown?
  };

  void configure(Options options);

  [[nodiscard]] bool enabled(Level level) const override { return level >= options_.level; }
  void write(Level level, std::string_view line) override;
  [[nodiscard]] bool shows_addresses() const override { return options_.addresses; }

  // Something that happened: `sentence` for people, on standard output; name and fields for programs.
  void event(std::string_view name, std::string_view sentence,
             const nlohmann::json& fields = nlohmann::json::object());

  // Whether what is shown goes to a terminal.
  [[nodiscard]] bool on_terminal() const;

  // Text for people alone (a link, a QR code); programs get it from the events.
  void show(std::string_view text);

  // A line that stands below all others on a terminal and is written anew each time; nothing elsewhere.
  void status(std::string_view line);

 private:
  void put(FILE* to, std::string_view line);

  std::mutex mutex_;
  Options options_;
  std::string status_;
};

// Reads "debug", "info", "warn" or "error".
std::optional<Log::Level> parse_level(std::string_view text);

}  // namespace rozaneh::cli
