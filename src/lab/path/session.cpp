#include "lab/path/session.h"

#include <fmt/format.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <optional>

#include "io/error.h"
#include "lab/path/forwarder.h"
#include "lab/path/isolation.h"
#include "lab/path/process.h"

namespace rozaneh::lab {
namespace {

// Readable when a child has ended.
Result<io::Descriptor> watch_children() {
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  sigprocmask(SIG_BLOCK, &children, nullptr);
  io::Descriptor watch(signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!watch.is_open()) return std::unexpected(io::from_errno(errno, "watch the lab's programs"));
  return watch;
}

// Collects who has ended; the exit code of `wanted` if that is among them.
std::optional<int> collect(const io::Descriptor& watch, pid_t wanted) {
  signalfd_siginfo ignored{};
  while (read(watch.number(), &ignored, sizeof ignored) > 0) {
  }
  std::optional<int> code;
  int status = 0;
  for (pid_t ended = 0; (ended = waitpid(-1, &status, WNOHANG)) > 0;)
    if (ended == wanted) code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return code;
}

Result<int> carry_until_done(const Session& session) {
  const auto children = watch_children();
  if (!children) return std::unexpected(children.error());
  const auto topology = Topology::make();
  if (!topology) return std::unexpected(topology.error());
  auto client = Topology::open_end(Side::client);
  if (!client) return std::unexpected(client.error());
  auto server = Topology::open_end(Side::server);
  if (!server) return std::unexpected(server.error());
  Forwarder forwarder(std::move(*client), std::move(*server), session.middlebox);
  if (session.servers)
    if (const auto opened = session.servers(*topology); !opened) return std::unexpected(opened.error());
  const auto command =
      start({.words = session.command, .network = topology->network(Side::client), .at_terminal = true});
  if (!command) return std::unexpected(command.error());
  for (;;) {
    const auto ended = forwarder.run_once(children->number());
    if (!ended) return std::unexpected(ended.error());
    if (!*ended) continue;
    if (const auto code = collect(*children, *command)) return *code;
  }
}

int inside(const Session& session) {
  const auto code = carry_until_done(session);
  if (code) return *code;
  fmt::print(stderr, "rozaneh: {}\n", code.error().message());
  return kLabFailed;
}

}  // namespace

Result<int> run_session(const Session& session) {
  return run_isolated([&session] { return inside(session); });
}

}  // namespace rozaneh::lab
