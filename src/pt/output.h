// What a managed transport says to Tor: one line at a time on standard output, each written at once.
//
// The log goes the same way, as LOG lines (error, warning, notice for our info, debug), which Tor puts into
// its own log.
#pragma once

#include <mutex>

#include "base/arguments.h"
#include "base/log.h"

namespace rozaneh::pt {

class Output final : public Log {
 public:
  struct Options {
    Level level = Level::warn;
    bool addresses = false;  // may users' addresses be shown?
  };

  // Writes to `descriptor`, which stays open as long as this lives.
  Output(int descriptor, Options options) : descriptor_(descriptor), options_(options) {}

  // A line of pt_lines.h that Tor waits for, or must have. May wait for Tor to read; a Tor that is gone is
  // not noticed here.
  void say(const std::string& line);

  [[nodiscard]] bool enabled(Level level) const override { return level >= options_.level; }
  // Left out when Tor does not read and the pipe is full: connections do not wait for a log.
  void write(Level level, std::string_view message) override;
  [[nodiscard]] bool shows_addresses() const override { return options_.addresses; }

  // A STATUS line; left out like a log's.
  void status(std::string_view transport, const Arguments& fields);

 private:
  void say_if_there_is_room(const std::string& line);

  std::mutex mutex_;
  int descriptor_;
  Options options_;
};

}  // namespace rozaneh::pt
