#include "front/acme/program.h"

#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <system_error>

namespace rozaneh::front::acme {
namespace {

using std::chrono::steady_clock;

// Of all threads' waiting, only what this one has started: by a descriptor of the process.
bool ends_in_time(pid_t child, std::chrono::seconds limit, const std::stop_token& stop) {
  constexpr int kTurn = 200;  // milliseconds
  const auto descriptor = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
  if (descriptor < 0) return false;
  const auto end = steady_clock::now() + limit;
  pollfd polled{.fd = descriptor, .events = POLLIN, .revents = 0};
  bool ended = false;
  while (!ended && !stop.stop_requested() && steady_clock::now() < end) ended = poll(&polled, 1, kTurn) > 0;
  close(descriptor);
  return ended;
}

class Actions {
 public:
  Actions() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", 0, 0);
    posix_spawn_file_actions_adddup2(&actions_, STDERR_FILENO, STDOUT_FILENO);
  }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  ~Actions() { posix_spawn_file_actions_destroy(&actions_); }
  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

}  // namespace

Result<> run_program(const std::vector<std::string>& words, std::chrono::seconds limit,
                     const std::stop_token& stop) {
  std::vector<std::string> copy = words;
  std::vector<char*> pointers;
  pointers.reserve(copy.size() + 1);
  for (std::string& word : copy) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const Actions actions;
  pid_t child = 0;
  const int failed = posix_spawnp(&child, pointers.front(), actions.get(), nullptr, pointers.data(), environ);
  if (failed != 0)
    return fail(AcmeError::challenge,
                fmt::format("cannot run {}: {}", words.front(), std::generic_category().message(failed)));
  const bool ended = ends_in_time(child, limit, stop);
  if (!ended) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (stop.stop_requested() && !ended) return fail(AcmeError::stopped);
  if (!ended) return fail(AcmeError::challenge, fmt::format("{} takes too long", words.front()));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return fail(AcmeError::challenge,
              WIFEXITED(status) ? fmt::format("{} ended with {}", words.front(), WEXITSTATUS(status))
                                : fmt::format("{} was killed by signal {}", words.front(), WTERMSIG(status)));
}

}  // namespace rozaneh::front::acme
