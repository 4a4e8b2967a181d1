#include "lab/score/crew.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "io/error.h"
#include "lab/path/words.h"

namespace rozaneh::lab {
namespace {

constexpr std::size_t kMostSaid = 4 << 20;

// In the child.
[[noreturn]] void become(char* const* words, int output) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  setpgid(0, 0);
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(nothing, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  execv(words[0], words);
  _exit(127);
}

}  // namespace

Crew::~Crew() {
  for (const Working& each : working_) kill(each.process, SIGKILL);
  for (const Working& each : working_) waitpid(each.process, nullptr, 0);
}

Result<> Crew::start(std::size_t number, std::vector<std::string> words, Seconds limit) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::unexpected(io::from_errno(errno, "make a pipe"));
  io::Descriptor out(ends[0]);
  const io::Descriptor in(ends[1]);
  const std::vector<char*> pointers = pointers_to(words);
  const pid_t child = fork();
  if (child < 0) return std::unexpected(io::from_errno(errno, "start a process"));
  if (child == 0) become(pointers.data(), in.number());
  const auto until = Clock::now() + std::chrono::duration_cast<Clock::duration>(limit);
  working_.push_back(
      {.number = number, .process = child, .said = std::move(out), .text = {}, .until = until});
  return {};
}

std::optional<Crew::Ended> Crew::finish(std::vector<Working>::iterator which, bool late) {
  Ended ended{.number = which->number, .said = std::move(which->text), .late = late};
  if (late) kill(which->process, SIGKILL);
  waitpid(which->process, nullptr, 0);
  working_.erase(which);
  return ended;
}

std::optional<Crew::Ended> Crew::wait() {
  while (!working_.empty()) {
    std::vector<pollfd> waited;
    auto until = Clock::time_point::max();
    for (const Working& each : working_) {
      waited.push_back({.fd = each.said.number(), .events = POLLIN, .revents = 0});
      until = std::min(until, each.until);
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    const int ready = poll(waited.data(), waited.size(), static_cast<int>(std::max<std::int64_t>(left, 0)));
    if (ready < 0) return std::nullopt;
    for (std::size_t i = 0; i < waited.size(); ++i) {
      const auto which = working_.begin() + static_cast<std::ptrdiff_t>(i);
      if (which->until <= Clock::now()) return finish(which, true);
      if (waited[i].revents == 0) continue;
      std::array<char, 65536> part{};
      const ssize_t count = read(waited[i].fd, part.data(), part.size());
      if (count <= 0) return finish(which, false);
      if (which->text.size() < kMostSaid) which->text.append(part.data(), static_cast<std::size_t>(count));
    }
  }
  return std::nullopt;
}

}  // namespace rozaneh::lab
