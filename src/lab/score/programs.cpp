#include "lab/score/programs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <net/if.h>
#include <poll.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <thread>

#include "io/error.h"
#include "io/file.h"
#include "lab/path/process.h"
#include "lab/path/topology.h"
#include "lab/score/connection.h"
#include "lab/score/pluggable.h"

namespace rozaneh::lab {
namespace {

constexpr std::chrono::milliseconds kPause{30};
constexpr std::size_t kMostLog = 1 << 20;
constexpr std::size_t kLongestLine = 300;

std::unexpected<Error> failed(std::string what) { return fail(ProgramError::failed, std::move(what)); }

std::string all_words(const std::string& log) {
  const io::File file(log, O_RDONLY);
  const auto content = file.is_open() ? file.read_all(kMostLog) : std::nullopt;
  return content ? std::string(text_of(*content)) : std::string();
}

// The last line that a program has written.
std::string last_words(const std::string& log) {
  const std::string all = all_words(log);
  std::string_view text = all;
  while (text.ends_with('\n')) text.remove_suffix(1);
  const auto line = text.substr(text.rfind('\n') + 1);
  return line.empty() ? "" : ": " + std::string(line.substr(0, kLongestLine));
}

bool has_ended(pid_t process) {
  int status = 0;
  return waitpid(process, &status, WNOHANG) == process;
}

bool answers(const Endpoint& endpoint) {
  Patience patience(Seconds(1), Seconds(1));
  return SocketConnection::open(endpoint, SocketConnection::Kind::tcp, patience).has_value();
}

// Looks there from that network.
bool is_ready(int network, const SubjectProgram& program, const IpAddress& address) {
  bool ready = true;
  const auto looked = within(network, [&]() -> Result<> {
    if (program.ready_port) ready = answers({address, *program.ready_port});
    if (!program.ready_interface.empty())
      ready = ready && if_nametoindex(program.ready_interface.c_str()) != 0;
    return {};
  });
  return looked && ready;
}

}  // namespace

std::string_view layer_of(ProgramError /*error*/) { return "program"; }
std::string_view describe(ProgramError /*error*/) { return ""; }

Result<Programs::Running> Programs::begin(const SubjectProgram& program) {
  Running running;
  std::vector<std::string> words;
  if (!program.environment.empty()) words.emplace_back("env");
  for (const std::string& each : program.environment) words.push_back(fill_placeholders(each, values_));
  for (const std::string& each : program.words) words.push_back(fill_placeholders(each, values_));
  running.name = fill_placeholders(program.words.front(), values_);
  running.log =
      fmt::format("{}/{}-{}.log", kStateFolder, address_.is_loopback() ? "near" : "far", running_.size());
  io::Descriptor output(::open(running.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!output.is_open()) return std::unexpected(io::from_errno(errno, "write a program's log"));
  if (!program.pluggable.empty()) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::unexpected(io::from_errno(errno, "make a pipe"));
    running.said = io::Descriptor(ends[0]);
    output = io::Descriptor(ends[1]);
  }
  const auto process = lab::start({.words = words, .network = network_, .output = output.number()});
  if (!process) return std::unexpected(process.error());
  running.process = *process;
  return running;
}

Result<> Programs::run(const SubjectProgram& program, Seconds limit) {
  auto running = begin(program);
  if (!running) return std::unexpected(running.error());
  const auto until = Clock::now() + std::chrono::duration_cast<Clock::duration>(limit);
  int status = 0;
  while (waitpid(running->process, &status, WNOHANG) == 0) {
    if (Clock::now() > until) return failed(fmt::format("{} does not end", running->name));
    std::this_thread::sleep_for(kPause);
  }
  if (status != 0) return failed(fmt::format("{} failed{}", running->name, last_words(running->log)));
  return {};
}

Result<> Programs::start(const SubjectProgram& program, Seconds limit) {
  auto running = begin(program);
  if (!running) return std::unexpected(running.error());
  const auto until = Clock::now() + std::chrono::duration_cast<Clock::duration>(limit);
  running_.push_back(std::move(*running));
  Running& begun = running_.back();
  if (!program.pluggable.empty())
    if (auto read = read_methods(program.pluggable, begun, until); !read) return read;
  return wait_until_ready(program, begun, until);
}

Result<> Programs::wait_until_ready(const SubjectProgram& program, Running& running,
                                    Clock::time_point until) {
  const auto has_said = [&] {
    return program.ready_says.empty() || all_words(running.log).contains(program.ready_says);
  };
  while (!has_said() || !is_ready(network_, program, address_)) {
    if (has_ended(running.process))
      return failed(fmt::format("{} ended before it was ready{}", running.name, last_words(running.log)));
    if (Clock::now() > until)
      return failed(fmt::format("{} was not ready in time{}", running.name, last_words(running.log)));
    std::this_thread::sleep_for(kPause);
  }
  return {};
}

Result<> Programs::read_methods(const std::string& transport, Running& running, Clock::time_point until) {
  std::string said;
  for (std::array<char, 4096> part{};;) {
    for (auto end = said.find('\n'); end != std::string::npos; end = said.find('\n')) {
      const auto found = take_method(std::string_view(said).substr(0, end), transport, values_);
      if (!found) return std::unexpected(found.error());
      if (*found) return {};
      said.erase(0, end + 1);
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    pollfd waited{.fd = running.said.number(), .events = POLLIN, .revents = 0};
    if (left <= 0 || poll(&waited, 1, static_cast<int>(left)) == 0)
      return failed(fmt::format("{} says of no {} that it listens", running.name, transport));
    const ssize_t count = read(running.said.number(), part.data(), part.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return failed(fmt::format("{} ended before it was ready", running.name));
    said.append(part.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace rozaneh::lab
