#include "io/successor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>

#include "io/error.h"
#include "io/state.h"

namespace rozaneh::io {
namespace {

constexpr int kCannotPass = 126;
constexpr int kCannotStart = 127;
constexpr std::size_t kDigits = 10;
constexpr std::string_view kPid = "LISTEN_PID=";
constexpr std::string_view kReady = "READY=1\n";

bool is_ours(std::string_view variable) {
  return variable.starts_with(kPid) || variable.starts_with("LISTEN_FDS=") ||
         variable.starts_with("LISTEN_FDNAMES=");
}

// All that the new process needs, made before the fork: behind it only system calls are safe.
struct Start {
  std::string program;
  std::vector<std::string> words;
  std::vector<std::string> variables;
  std::string own_pid = std::string(kPid) + std::string(kDigits, '0');
  std::vector<char*> word_list;
  std::vector<char*> variable_list;
  std::vector<int> descriptors;

  Start(const Invocation& invocation, const std::vector<Bequest>& bequests)
      : program(invocation.program), words(invocation.words) {
    for (char** variable = environ; *variable != nullptr; ++variable)
      if (!is_ours(*variable)) variables.emplace_back(*variable);
    std::string names = "LISTEN_FDNAMES=";
    for (const Bequest& bequest : bequests) {
      if (!descriptors.empty()) names += ':';
      names += bequest.name;
      descriptors.push_back(bequest.descriptor);
    }
    variables.push_back(fmt::format("LISTEN_FDS={}", descriptors.size()));
    variables.push_back(std::move(names));
    for (std::string& word : words) word_list.push_back(word.data());
    for (std::string& variable : variables) variable_list.push_back(variable.data());
    variable_list.push_back(own_pid.data());
    word_list.push_back(nullptr);
    variable_list.push_back(nullptr);
  }
};

// In the new process, which has our memory and one thread: no allocation, no lock.
[[noreturn]] void become(Start& start) {
  const int behind = kFirstInherited + static_cast<int>(start.descriptors.size());
  // First out of the way, since one's place may be where another one is still.
  for (int& descriptor : start.descriptors) {
    descriptor = fcntl(descriptor, F_DUPFD, behind);
    if (descriptor < 0) _exit(kCannotPass);
  }
  int place = kFirstInherited;
  for (const int descriptor : start.descriptors)
    if (dup2(descriptor, place++) < 0) _exit(kCannotPass);
  if (close_range(static_cast<unsigned>(behind), ~0U, 0) != 0) _exit(kCannotPass);
  auto digit = start.own_pid.rbegin();
  for (pid_t rest = getpid(); rest > 0; rest /= 10) *digit++ = static_cast<char>('0' + rest % 10);
  execve(start.program.c_str(), start.word_list.data(), start.variable_list.data());
  _exit(kCannotStart);
}

// Waits until it says so, has ended, or the time is over.
Result<> hear_ready(int descriptor, std::chrono::milliseconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  std::string said;
  while (said.size() < kReady.size()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd waiting{.fd = descriptor, .events = POLLIN, .revents = 0};
    const int some =
        poll(&waiting, 1, static_cast<int>(std::max(left, std::chrono::milliseconds(0)).count()));
    if (some < 0 && errno == EINTR) continue;
    if (some <= 0) return fail(IoError::timed_out, "it was not ready in time");
    std::array<char, 16> part{};
    const ssize_t count = read(descriptor, part.data(), part.size());
    if (count <= 0) return fail(IoError::other, "it ended before it was ready");
    said.append(part.data(), static_cast<std::size_t>(count));
  }
  return {};
}

// The new process, as the system knows it whatever becomes of its number.
struct Born {
  pid_t number;
  Descriptor process;
};

// fork, but our parent is the new process's, too: whoever supervises us goes on with a child of his own, and
// hears of its end (systemd takes another one for the main process, but neither waits for it nor restarts
// it).
Born fork_beside() {
  int process = -1;
  const auto number =
      syscall(SYS_clone, CLONE_PARENT | CLONE_PIDFD | SIGCHLD, nullptr, &process, nullptr, nullptr);
  return {.number = static_cast<pid_t>(number), .process = Descriptor(number > 0 ? process : -1)};
}

// Returns when it is no more.
void end(const Descriptor& process) {
  (void)syscall(SYS_pidfd_send_signal, process.number(), SIGKILL, nullptr, 0);
  pollfd waiting{.fd = process.number(), .events = POLLIN, .revents = 0};
  while (poll(&waiting, 1, -1) < 0 && errno == EINTR) {
  }
}

}  // namespace

std::optional<Invocation> Invocation::ours() {
  const auto line = read_file("/proc/self/cmdline");
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!line || line->empty() || error) return std::nullopt;
  Invocation invocation;
  for (std::string_view rest = text_of(*line); !rest.empty();) {
    const std::string_view word = rest.substr(0, rest.find('\0'));
    invocation.words.emplace_back(word);
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
  }
  // By the name that we were called by, where that is a path: what a link leads to may change.
  const std::string& name = invocation.words.front();
  invocation.program = name.contains('/') ? name : program.string();
  return invocation;
}

Result<int> start_successor(const Invocation& invocation, std::vector<Bequest> bequests,
                            std::chrono::milliseconds limit) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::unexpected(from_errno(errno));
  const Descriptor ours(ends[0]);
  Descriptor theirs(ends[1]);
  bequests.push_back({kReadyName, theirs.number()});
  Start start(invocation, bequests);
  const Born born = fork_beside();
  if (born.number == 0) become(start);
  if (born.number < 0) return std::unexpected(from_errno(errno, "start the new program"));
  theirs.close();
  const auto ready = hear_ready(ours.number(), limit);
  if (ready) return born.number;
  end(born.process);
  return std::unexpected(ready.error());
}

void tell_predecessor(const Descriptor& ready) {
  const ssize_t written = write(ready.number(), kReady.data(), kReady.size());
  (void)written;  // a predecessor that is gone needs no word
}

}  // namespace rozaneh::io
