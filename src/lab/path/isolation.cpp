#include "lab/path/isolation.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <string>

#include "io/descriptor.h"
#include "io/error.h"
#include "io/file.h"
#include "lab/path/users.h"

namespace rozaneh::lab {
namespace {

constexpr int kNoWorld = 125;  // as `env` and `unshare` say that they themselves failed

struct Pipe {
  io::Descriptor out;
  io::Descriptor in;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::unexpected(io::from_errno(errno, "make a pipe"));
  return Pipe{io::Descriptor(ends[0]), io::Descriptor(ends[1])};
}

std::unexpected<Error> forbidden(int code) {
  const char* advice = "";
  if (code == EPERM)
    advice =
        "; as root, allow them: sysctl -w kernel.unprivileged_userns_clone=1 (and, in a container, let it "
        "use "
        "clone)";
  if (code == ENOSPC || code == EUSERS)
    advice = "; as root, allow more: sysctl -w user.max_user_namespaces=10000";
  return fail(io::IoError::not_permitted,
              fmt::format("this system gives no user and network namespaces ({}){}",
                          io::from_errno(code).message(), advice));
}

// Ctrl-C and Ctrl-\ reach everybody at the terminal; only what runs inside shall mind.
class WithoutInterrupts {
 public:
  WithoutInterrupts() : interrupt_(std::signal(SIGINT, SIG_IGN)), quit_(std::signal(SIGQUIT, SIG_IGN)) {}
  WithoutInterrupts(const WithoutInterrupts&) = delete;
  WithoutInterrupts& operator=(const WithoutInterrupts&) = delete;
  ~WithoutInterrupts() { restore(); }
  void restore() const {
    std::signal(SIGINT, interrupt_);
    std::signal(SIGQUIT, quit_);
  }

 private:
  void (*interrupt_)(int);
  void (*quit_)(int);
};

// In the new world: waits until its users are there, then sees to a /proc of its own.
bool settle(const Pipe& ready) {
  std::array<char, 1> byte{};
  if (read(ready.out.number(), byte.data(), byte.size()) != 1) return false;  // the caller is gone
  // Nothing that is mounted here is seen outside. Some containers forbid a second /proc; the old one will do.
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
  (void)mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr);
  return true;
}

Result<int> wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return std::unexpected(io::from_errno(errno, "wait for the lab"));
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Result<int> run_isolated(const std::function<int()>& inside) {
  auto ready = make_pipe();
  if (!ready) return std::unexpected(ready.error());
  const WithoutInterrupts quiet;
  // As fork(), with namespaces.
  constexpr unsigned long kFlags = CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID | SIGCHLD;
  const auto child = static_cast<pid_t>(syscall(SYS_clone, kFlags, nullptr, nullptr, nullptr, nullptr));
  if (child < 0) return forbidden(errno);
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    ready->in.close();
    _exit(settle(*ready) ? inside() : kNoWorld);
  }
  const auto mapped = map_users(child);
  if (!mapped) {
    kill(child, SIGKILL);
    (void)wait_for(child);
    return std::unexpected(mapped.error());
  }
  const bool told = write(ready->in.number(), "", 1) == 1;
  auto code = wait_for(child);
  if (!told) return fail(io::IoError::other, "the lab ended before it began");
  return code;
}

}  // namespace rozaneh::lab
