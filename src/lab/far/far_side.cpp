#include "lab/far/far_side.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mount.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "base/log.h"
#include "io/error.h"
#include "io/file.h"
#include "io/loops.h"
#include "lab/far/bridge.h"
#include "lab/far/credentials.h"
#include "lab/far/datagrams.h"
#include "lab/far/echo.h"
#include "lab/far/name_server.h"
#include "lab/far/web_site.h"
#include "lab/path/process.h"

namespace rozaneh::lab {
namespace {

constexpr const char* kAuthorities = "/etc/ssl/certs/ca-certificates.crt";
NamedHost host_of(std::uint8_t number) {
  return {.v4 = Topology::server_address(false, number), .v6 = Topology::server_address(true, number)};
}

constexpr const char* kResolver = "/etc/resolv.conf";

class NoLog final : public Log {
 public:
  [[nodiscard]] bool enabled(Level /*level*/) const override { return false; }
  void write(Level /*level*/, std::string_view /*line*/) override {}
};

struct Port {
  std::uint16_t number;
  bool tls;
  io::TlsVersions versions = io::TlsVersions::tls12_and_13;
  bool brief = false;  // the certificate
};
constexpr std::array<Port, 5> kPorts{
    {{.number = 80, .tls = false},
     {.number = 443, .tls = true},
     {.number = 1443, .tls = true, .versions = io::TlsVersions::tls12_only},
     {.number = 2443, .tls = true, .versions = io::TlsVersions::tls13_only},
     {.number = 3443, .tls = true, .versions = io::TlsVersions::tls12_only, .brief = true}}};
constexpr std::uint16_t kEchoPort = 443;

// A place for files that is gone with the lab: a file without a name cannot be shown in another's place.
Result<> make_private_folder() {
  if (mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777") != 0)
    return std::unexpected(io::from_errno(errno, "mount a /dev/shm of the lab's own"));
  return {};
}

// Shows `text` to every program of the lab in the place of a file; one that is not there is left out.
Result<> replace_file(const char* path, std::string_view text) {
  if (access(path, F_OK) != 0) return {};
  const std::filesystem::path ours =
      std::filesystem::path("/dev/shm") / std::filesystem::path(path).filename();
  std::ofstream file(ours);
  file << text << std::flush;
  std::error_code error;
  std::filesystem::permissions(ours, std::filesystem::perms(0644), error);
  if (!file || error) return fail(io::IoError::file, fmt::format("cannot write {}", ours.string()));
  if (mount(ours.c_str(), path, nullptr, MS_BIND, nullptr) != 0)
    return std::unexpected(io::from_errno(errno, fmt::format("show the lab's {}", path)));
  return {};
}

Result<> listen_on(io::Server& server, WebSite& site, std::uint16_t port) {
  for (const std::uint8_t number : {kWeb, kListedWeb})
    for (const bool v6 : {false, true})
      if (const auto taken = server.listen({Topology::server_address(v6, number), port}, site); !taken)
        return std::unexpected(taken.error());
  return {};
}

Result<> serve_web(const Credentials& credentials, const std::function<void()>& ready) {
  NoLog log;
  std::vector<std::unique_ptr<io::TlsServer>> servers;
  std::vector<std::unique_ptr<WebSite>> sites;
  io::ConnectionLimits limits({});
  io::Loops loops(log, 1);
  io::Server server(loops, limits);
  for (const Port& port : kPorts) {
    const io::TlsServer* tls = nullptr;
    if (port.tls) {
      auto made = io::TlsServer::make(port.brief ? credentials.short_chain : credentials.chain,
                                      credentials.key, port.versions);
      if (!made) return std::unexpected(made.error());
      tls = servers.emplace_back(std::make_unique<io::TlsServer>(std::move(*made))).get();
    }
    sites.push_back(std::make_unique<WebSite>(tls));
    if (auto listening = listen_on(server, *sites.back(), port.number); !listening) return listening;
  }
  Echo echo;
  if (auto listening = server.listen({Topology::server_address(false, kEcho), kEchoPort}, echo); !listening)
    return std::unexpected(listening.error());
  ready();
  loops.run();
  return {};
}

// For programs of the far side that need them.
Result<> write_credentials(const Credentials& credentials) {
  const auto write = [](const char* path, std::string_view text) {
    const io::File file(path, O_WRONLY | O_CREAT | O_TRUNC);
    return file.is_open() && file.write_all(bytes_of(text));
  };
  if (write(kCertificateFile, credentials.chain) && write(kKeyFile, credentials.key) &&
      write(kAuthorityFile, credentials.authority))
    return {};
  return std::unexpected(io::from_errno(errno, "write the lab's certificates"));
}

// A process of its own on the far side, and its first word: whether it serves.
Result<> start_service(const Topology& topology, const char* name,
                       const std::function<Result<>(const std::function<void()>& ready)>& serve) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::unexpected(io::from_errno(errno, "make a pipe"));
  const io::Descriptor out(ends[0]);
  io::Descriptor in(ends[1]);
  const auto started = start_here(topology.network(Side::server), [&serve, &in] {
    const auto served = serve([&in] { (void)!write(in.number(), "", 1); });
    if (!served) fmt::print(stderr, "rozaneh: {}\n", served.error().message());
    return 1;
  });
  if (!started) return std::unexpected(started.error());
  in.close();
  std::array<char, 1> word{};
  if (read(out.number(), word.data(), word.size()) != 1)
    return fail(io::IoError::other, fmt::format("the lab's {} did not start", name));
  return {};
}

}  // namespace

Result<> open_far_side(const Topology& topology) {
  const Credentials credentials = make_credentials(
      {"example.org", "*.example.org", "listed.example", "*.listed.example", "*.signal.org", "*.example"});
  auto done = make_private_folder();
  if (done) done = write_credentials(credentials);
  if (done) done = replace_file(kAuthorities, credentials.authority);
  const IpAddress names = Topology::server_address(false, kNameServer);
  if (done) done = replace_file(kResolver, fmt::format("nameserver {}\n", names.to_string()));
  if (done)
    done = start_service(topology, "web site", [&credentials](const std::function<void()>& ready) {
      return serve_web(credentials, ready);
    });
  if (done)
    done = start_service(topology, "DNS server", [&names](const std::function<void()>& ready) {
      return serve_names(names, host_of(kWeb), host_of(kFirstBridge), ready);
    });
  for (const bool v6 : {false, true}) {
    if (!done) break;
    done = start_service(topology, "echo", [v6](const std::function<void()>& ready) {
      return answer_datagrams({Topology::server_address(v6, kEcho), kEchoPort}, ready, [](Bytes datagram) {
        return std::optional(Buffer(datagram.begin(), datagram.end()));
      });
    });
  }
  return done;
}

}  // namespace rozaneh::lab
