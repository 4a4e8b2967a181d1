// Where a part reports to: handed in like everything else, so that nothing logs behind its owner's back.
//
// error = the reader must act; warn = worth knowing; info = rare milestones; debug = for developers.
// Addresses of users are written with `elide`, which shows them only where the log level asks for it.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "base/address.h"

namespace rozaneh {

class Log {
 public:
  enum class Level { debug, info, warn, error };

  virtual ~Log() = default;

  [[nodiscard]] virtual bool enabled(Level level) const = 0;
  // One line, without its end; may be called from every loop's thread.
  virtual void write(Level level, std::string_view line) = 0;
  // Whether the user asked for addresses in the log.
  [[nodiscard]] virtual bool shows_addresses() const { return false; }

  template <class... Args>
  void debug(fmt::format_string<Args...> format, Args&&... args) {
    print(Level::debug, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void info(fmt::format_string<Args...> format, Args&&... args) {
    print(Level::info, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void warn(fmt::format_string<Args...> format, Args&&... args) {
    print(Level::warn, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void error(fmt::format_string<Args...> format, Args&&... args) {
    print(Level::error, format, std::forward<Args>(args)...);
  }

  // A user's address as it may stand in this log.
  [[nodiscard]] std::string elide(const Endpoint& endpoint) const {
    return shows_addresses() ? endpoint.to_string() : "[address]";
  }
  [[nodiscard]] std::string elide(const Target& target) const {
    return shows_addresses() ? target.to_string() : "[address]";
  }

 private:
  template <class... Args>
  void print(Level level, fmt::format_string<Args...> format, Args&&... args) {
    if (enabled(level)) write(level, fmt::format(format, std::forward<Args>(args)...));
  }
};

}  // namespace rozaneh
