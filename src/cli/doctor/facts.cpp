#include "cli/doctor/facts.h"

#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <ctime>
#include <fstream>
#include <iterator>
#include <sstream>

#include "cli/doctor/owner.h"
#include "io/deadline.h"
#include "io/dial.h"
#include "io/error.h"
#include "io/interfaces.h"
#include "io/listener.h"
#include "io/resolver.h"
#include "io/tls_client.h"
#include "lab/path/isolation.h"

namespace rozaneh::doctor {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kPatience{10};
constexpr std::size_t kLargestHead = 16 * 1024;

std::optional<std::string> text_of(const fs::path& path) {
  std::ifstream file(path);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) return std::nullopt;
  return text;
}

std::optional<std::uint64_t> number_of(const fs::path& path) {
  std::ifstream file(path);
  std::uint64_t number = 0;
  if (!(file >> number)) return std::nullopt;
  return number;
}

std::optional<PortRange> port_range() {
  std::ifstream file("/proc/sys/net/ipv4/ip_local_port_range");
  PortRange range;
  if (!(file >> range.first >> range.last)) return std::nullopt;
  return range;
}

std::optional<Conntrack> conntrack() {
  const auto count = number_of("/proc/sys/net/netfilter/nf_conntrack_count");
  const auto most = number_of("/proc/sys/net/netfilter/nf_conntrack_max");
  if (!count || !most) return std::nullopt;
  return Conntrack{*count, *most};
}

// Without loopback.
std::vector<Interface> interfaces() {
  std::vector<Interface> all;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/sys/class/net", error)) {
    const std::string name = entry.path().filename().string();
    if (name == "lo") continue;
    const auto state = text_of(entry.path() / "operstate");
    all.push_back({.name = name,
                   .mtu = number_of(entry.path() / "mtu").value_or(0),
                   .up = state && (state->starts_with("up") || state->starts_with("unknown"))});
  }
  return all;
}

bool random_is_ready() {
  std::uint8_t byte = 0;
  return getrandom(&byte, 1, GRND_NONBLOCK) == 1;
}

std::uint64_t most_descriptors() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : 0;
}

// These write into what their caller has, who runs the loop until they end.
io::Task<> connect(io::Loop& loop, Endpoint at, bool& connected) {
  io::TcpDialer dialer(loop, {.time_limit = kPatience, .source_v4 = {}, .source_v6 = {}});
  const auto stream = co_await dialer.connect(at);
  connected = stream.has_value();
}

// Where somebody who listens everywhere is found on this machine.
Endpoint within(const Endpoint& at) {
  if (at.address == IpAddress()) return {IpAddress(std::array<std::uint8_t, 4>{127, 0, 0, 1}), at.port};
  if (at.address == IpAddress(std::array<std::uint8_t, 16>{})) return {*IpAddress::parse("::1"), at.port};
  return at;
}

io::Task<> resolve(io::Resolver& resolver, std::string name, Result<std::vector<IpAddress>>& found) {
  found = co_await resolver.resolve(name);
}

std::optional<std::chrono::sys_seconds> date_of(const std::string& head) {
  std::istringstream lines(head);
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(':');
    if (colon != 4 || (line.substr(0, 4) != "Date" && line.substr(0, 4) != "date")) continue;
    std::tm time{};
    const std::string value = line.substr(colon + 1);
    if (strptime(value.c_str(), " %a, %d %b %Y %H:%M:%S GMT", &time) == nullptr) return std::nullopt;
    return std::chrono::sys_seconds(std::chrono::seconds(timegm(&time)));
  }
  return std::nullopt;
}

// What is asked, understood.
struct TimeServer {
  bool tls = false;
  Target at;
};

std::optional<TimeServer> parse_time_server(const std::string& url) {
  const bool tls = url.starts_with("https://");
  if (!tls && !url.starts_with("http://")) return std::nullopt;
  std::string host = url.substr(tls ? 8 : 7);
  if (host.ends_with('/')) host.pop_back();
  auto at = Target::parse(host);
  if (!at) at = Target::from_host(host, tls ? 443 : 80);
  if (!at) return std::nullopt;
  return TimeServer{tls, std::move(*at)};
}

io::Task<Result<io::StreamPtr>> open(io::Loop& loop, const TimeServer& server) {
  io::TcpDialer dialer(loop, {.time_limit = kPatience, .source_v4 = {}, .source_v6 = {}});
  auto raw = co_await dialer.dial(server.at);
  if (!raw || !server.tls) co_return raw;
  io::TlsClient::Options options;
  options.verify = false;
  options.hello = io::TlsClient::Hello::openssl;
  const auto client = io::TlsClient::make(options);
  if (!client) co_return std::unexpected(client.error());
  const std::string host = server.at.host_text();
  const io::Deadline limit(loop, kPatience, **raw);
  auto inside = co_await client->connect(loop, std::move(*raw), host);
  if (!inside) co_return std::unexpected(inside.error());
  co_return std::move(*inside);
}

io::Task<> read_head(io::Loop& loop, TimeServer server, std::string& head) {
  auto stream = co_await open(loop, server);
  if (!stream) co_return;
  const io::Deadline limit(loop, kPatience, **stream);
  const std::string request =
      fmt::format("HEAD / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", server.at.host_text());
  const auto asked = co_await (*stream)->write(bytes_of(request));
  if (!asked) co_return;
  while (head.size() < kLargestHead && head.find("\r\n\r\n") == std::string::npos) {
    const auto chunk = co_await (*stream)->read();
    if (!chunk || chunk->bytes().empty()) co_return;
    head += rozaneh::text_of(chunk->bytes());
  }
}

FileFacts facts_of(const fs::path& path) {
  struct stat status{};
  if (lstat(path.c_str(), &status) != 0) return {.path = path.string()};
  return {.path = path.string(), .mode = status.st_mode & 0777, .owner = status.st_uid};
}

}  // namespace

Findings examine_machine() {
  return {check_entropy(random_is_ready()),
          check_descriptors(most_descriptors()),
          check_backlog(number_of("/proc/sys/net/core/somaxconn")),
          check_port_range(port_range()),
          check_conntrack(conntrack()),
          check_mtu(interfaces()),
          check_addresses(io::own_addresses()),
          check_kernel_tls(text_of("/proc/sys/net/ipv4/tcp_available_ulp")),
          check_pipes(number_of("/proc/sys/fs/pipe-user-pages-soft")),
          check_namespaces(lab::run_isolated([] { return 0; }))};
}

PortFacts look_at_port(Log& log, const Endpoint& at) {
  io::Loop loop(log);
  PortFacts facts{.at = at};
  const auto free = io::Listener::check_free(loop, at);
  if (free) return facts;
  if (free.error().is(io::IoError::not_permitted)) facts.state = PortFacts::State::forbidden;
  if (free.error().is(io::IoError::unreachable)) facts.state = PortFacts::State::elsewhere;
  if (!free.error().is(io::IoError::address_in_use)) return facts;
  facts.state = PortFacts::State::taken;
  const auto owner = owner_of_port(at.port);
  if (!owner) return facts;
  facts.owner = fmt::format("{} (process {})", owner->program, owner->process);
  facts.ours = owner->program == "rozaneh";
  if (!facts.ours) return facts;
  bool connected = false;
  loop.spawn(connect(loop, within(at), connected));
  loop.run();
  facts.reachable = connected;
  return facts;
}

std::vector<FileFacts> look_at_state(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) return {};
  std::vector<FileFacts> all{facts_of(folder)};
  for (const auto& entry : fs::directory_iterator(folder, error)) all.push_back(facts_of(entry.path()));
  return all;
}

std::size_t name_servers() {
  std::ifstream file("/etc/resolv.conf");
  std::size_t count = 0;
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("nameserver")) ++count;
  return count;
}

Result<std::vector<IpAddress>> ask_for_name(Log& log, const std::string& name) {
  io::Loop loop(log);
  auto resolver = io::Resolver::make(loop, {});
  if (!resolver) return std::unexpected(resolver.error());
  Result<std::vector<IpAddress>> found = fail(io::IoError::timed_out);
  loop.spawn(resolve(**resolver, name, found));
  loop.run();
  return found;
}

std::optional<std::chrono::sys_seconds> ask_for_time(Log& log, const std::string& url) {
  io::Loop loop(log);
  auto server = parse_time_server(url);
  if (!server) return std::nullopt;
  std::string head;
  loop.spawn(read_head(loop, std::move(*server), head));
  loop.run();
  return date_of(head);
}

}  // namespace rozaneh::doctor
