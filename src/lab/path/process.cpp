#include "lab/path/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "io/error.h"
#include "lab/path/words.h"

namespace rozaneh::lab {
namespace {

constexpr int kNotRunnable = 126;
constexpr int kNotFound = 127;

// In the child.
void mind_no_terminal() {
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(nothing, STDIN_FILENO);
}

void unblock_signals() {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

// In the child: nothing but system calls that are safe after a fork.
void become(const Program& program, char* const* words) {
  if (setns(program.network, CLONE_NEWNET) != 0) _exit(kNotRunnable);
  if (program.output >= 0) {
    dup2(program.output, STDOUT_FILENO);
    dup2(program.output, STDERR_FILENO);
  }
  if (program.at_terminal) {
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGQUIT, SIG_DFL);
  } else {
    mind_no_terminal();
  }
  unblock_signals();
  execvp(words[0], words);
}

}  // namespace

Result<pid_t> start(const Program& program) {
  std::vector<std::string> words = program.words;
  const std::vector<char*> pointers = pointers_to(words);
  const std::string complaint = fmt::format("rozaneh: cannot run {}: ", program.words.front());
  const pid_t child = fork();
  if (child < 0) return std::unexpected(io::from_errno(errno, "start a program"));
  if (child > 0) return child;
  become(program, pointers.data());
  const int code = errno;
  const char* reason = strerrordesc_np(code);
  (void)!write(STDERR_FILENO, complaint.data(), complaint.size());
  (void)!write(STDERR_FILENO, reason, std::strlen(reason));
  (void)!write(STDERR_FILENO, "\n", 1);
  _exit(code == ENOENT ? kNotFound : kNotRunnable);
}

Result<pid_t> start_here(int network, const std::function<int()>& work) {
  const pid_t child = fork();
  if (child < 0) return std::unexpected(io::from_errno(errno, "start a process"));
  if (child > 0) return child;
  mind_no_terminal();
  unblock_signals();
  if (setns(network, CLONE_NEWNET) != 0) _exit(kNotRunnable);
  _exit(work());
}

}  // namespace rozaneh::lab
