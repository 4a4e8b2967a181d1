#include "pt/output.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "wire/pt_lines.h"

namespace rozaneh::pt {
namespace {

Severity severity_of(Log::Level level) {
  switch (level) {
    case Log::Level::debug:
      return Severity::debug;
    case Log::Level::info:
      return Severity::notice;
    case Log::Level::warn:
      return Severity::warning;
    case Log::Level::error:
      break;
  }
  return Severity::error;
}

void write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = write(descriptor, text.data(), text.size());
    if (count < 0 && errno != EINTR) return;
    if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace

void Output::say(const std::string& line) {
  const std::scoped_lock lock(mutex_);
  write_all(descriptor_, line);
}

void Output::say_if_there_is_room(const std::string& line) {
  const std::scoped_lock lock(mutex_);
  // A pipe that can be written to takes PIPE_BUF bytes without waiting (pipe(7)).
  pollfd room{.fd = descriptor_, .events = POLLOUT, .revents = 0};
  if (line.size() > PIPE_BUF || poll(&room, 1, 0) != 1) return;
  write_all(descriptor_, line);
}

void Output::write(Level level, std::string_view message) {
  say_if_there_is_room(log(severity_of(level), message));
}

void Output::status(std::string_view transport, const Arguments& fields) {
  say_if_there_is_room(pt::status(transport, fields));
}

}  // namespace rozaneh::pt
