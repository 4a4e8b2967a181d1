#include "interop/obfs4proxy.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <stdexcept>
#include <utility>
#include <vector>

#include "wire/pt_arguments.h"

namespace rozaneh::interop {
namespace {

constexpr const char* kProgram = "/usr/bin/obfs4proxy";
constexpr int kPatience = 20'000;  // milliseconds for each line

[[noreturn]] void give_up(const std::string& why) { throw std::runtime_error("obfs4proxy: " + why); }

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) give_up("no pipe");
    read = ends[0];
    write = ends[1];
  }
  int read;
  int write;
};

// TOR_PT_SERVER_TRANSPORT_OPTIONS: pt:k=v;pt:k=v. The values of the tests need no escapes.
std::string options_text(const std::string& transport, const Arguments& options) {
  std::string text;
  for (const Argument& option : options)
    text += fmt::format("{}{}:{}={}", text.empty() ? "" : ";", transport, option.name, option.value);
  return text;
}

}  // namespace

bool Obfs4proxy::installed() { return access(kProgram, X_OK) == 0; }

Obfs4proxy::Obfs4proxy() {
  std::string name = (std::filesystem::temp_directory_path() / "obfs4proxy-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) give_up("no directory for its state");
  state_ = name;
}

Obfs4proxy::Obfs4proxy(Obfs4proxy&& other) noexcept
    : state_(std::exchange(other.state_, {})),
      pid_(std::exchange(other.pid_, -1)),
      stdin_(std::exchange(other.stdin_, -1)),
      stdout_(std::exchange(other.stdout_, -1)),
      endpoint_(other.endpoint_),
      arguments_(std::move(other.arguments_)) {}

Obfs4proxy::~Obfs4proxy() {
  if (stdin_ >= 0) close(stdin_);
  if (stdout_ >= 0) close(stdout_);
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  std::error_code ignored;
  if (!state_.empty()) std::filesystem::remove_all(state_, ignored);
}

Obfs4proxy Obfs4proxy::client(const std::string& transport, const std::map<std::string, std::string>& state) {
  Obfs4proxy proxy;
  for (const auto& [name, content] : state) std::ofstream(proxy.state_ / name) << content;
  proxy.start({"TOR_PT_CLIENT_TRANSPORTS=" + transport});
  proxy.read_until_done("CMETHOD", transport);
  return proxy;
}

Obfs4proxy Obfs4proxy::server(const std::string& transport, const ServerOptions& options) {
  Obfs4proxy proxy;
  proxy.start({"TOR_PT_SERVER_TRANSPORTS=" + transport,
               "TOR_PT_SERVER_BINDADDR=" + transport + "-127.0.0.1:0",
               "TOR_PT_SERVER_TRANSPORT_OPTIONS=" + options_text(transport, options.options),
               "TOR_PT_ORPORT=" + options.forward_to.to_string(), "TOR_PT_EXTENDED_SERVER_PORT="});
  proxy.read_until_done("SMETHOD", transport);
  return proxy;
}

void Obfs4proxy::start(std::vector<std::string> environment) {
  environment.emplace_back("TOR_PT_MANAGED_TRANSPORT_VER=1");
  environment.emplace_back("TOR_PT_STATE_LOCATION=" + state_.string());
  environment.emplace_back("TOR_PT_EXIT_ON_STDIN_CLOSE=1");
  std::vector<char*> variables;
  for (std::string& variable : environment) variables.push_back(variable.data());
  variables.push_back(nullptr);

  const Pipe in;
  const Pipe out;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.read, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.write, STDOUT_FILENO);
  std::string program = kProgram;
  const std::array<char*, 2> arguments{program.data(), nullptr};
  const int failed = posix_spawn(&pid_, kProgram, &actions, nullptr, arguments.data(), variables.data());
  posix_spawn_file_actions_destroy(&actions);
  close(in.read);
  close(out.write);
  stdin_ = in.write;
  stdout_ = out.read;
  if (failed != 0) {
    pid_ = -1;
    give_up("cannot be started");
  }
}

void Obfs4proxy::read_until_done(const std::string& method, const std::string& transport) {
  const std::string wanted = method + " " + transport + " ";
  for (;;) {
    const std::string line = read_line();
    if (line == method + "S DONE") break;
    if (line.starts_with(wanted)) take_method(std::string_view(line).substr(wanted.size()));
    if (line.find("ERROR") != std::string::npos) give_up(line);
  }
  if (endpoint_.port == 0) give_up("no method");
}

// A few short lines: a byte a read is fast enough.
std::string Obfs4proxy::read_line() {
  std::string line;
  for (;;) {
    pollfd waiting{.fd = stdout_, .events = POLLIN, .revents = 0};
    char letter = 0;
    if (poll(&waiting, 1, kPatience) != 1 || read(stdout_, &letter, 1) != 1) give_up("silent after: " + line);
    if (letter == '\n') return line;
    line += letter;
  }
}

// What follows the name: "socks5 127.0.0.1:1" or "127.0.0.1:1 ARGS:k=v,k=v".
void Obfs4proxy::take_method(std::string_view line) {
  constexpr std::string_view kSocks = "socks5 ";
  constexpr std::string_view kArguments = " ARGS:";
  if (line.starts_with(kSocks)) line.remove_prefix(kSocks.size());
  const std::size_t end = line.find(' ');
  const auto endpoint = Endpoint::parse(line.substr(0, end));
  if (!endpoint) give_up("no address in: " + std::string(line));
  endpoint_ = *endpoint;
  const std::size_t at = line.find(kArguments);
  if (at == std::string_view::npos) return;
  const auto arguments = parse_smethod_arguments(line.substr(at + kArguments.size()));
  if (!arguments) give_up("arguments in: " + std::string(line));
  arguments_ = *arguments;
}

}  // namespace rozaneh::interop
