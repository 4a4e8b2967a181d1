// The web site alone, for tests/e2e/site_test.py:
//
//     site_server CHAIN.pem KEY.pem FOLDER|- [UPSTREAM]
//
// Listens on three free ports of loopback, the site over TCP, the site over TLS, the redirect, and says
// which. The time limits may be set by the environment, in milliseconds, as HEADER, KEEP_ALIVE, LINGER,
// UPSTREAM. TUNNEL is a path at which the site takes extended CONNECTs of HTTP/2, and ends them at once.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "io/deadline.h"
#include "io/server.h"
#include "io/tls_server.h"
#include "site/site.h"

namespace rozaneh {
namespace {

class NoLog final : public Log {
 public:
  [[nodiscard]] bool enabled(Level level) const override { return level >= Level::warn; }
  void write(Level /*level*/, std::string_view line) override { fmt::print(stderr, "{}\n", line); }
};

enum class Door { plain, tls, redirect };

class Tunnel final : public site::Upgrade {
 public:
  [[nodiscard]] bool wants(const site::Request& request) const override { return may_extend(request); }
  [[nodiscard]] bool may_extend(const site::Request& so_far) const override {
    const char* path = std::getenv("TUNNEL");
    return path != nullptr && so_far.target == path && so_far.version == site::Version::http2;
  }
  io::Task<> take(io::Loop& /*loop*/, site::Request /*request*/, io::StreamPtr stream,
                  Buffer /*early*/) override {
    const auto finished = co_await stream->finish();
    (void)finished;
  }
};

class Front final : public io::Handler {
 public:
  Front(const site::Site& site, const io::TlsServer& tls, Door door) : site_(site), tls_(tls), door_(door) {}
  void listens_at(const Endpoint& at) { at_ = at; }

  io::Task<> serve(io::Loop& loop, io::StreamPtr stream, Endpoint /*peer*/) override {
    site::Arrival arrival{.tls = door_ == Door::tls, .local = at_, .accepted = io::Clock::now()};
    if (door_ == Door::plain) co_await site_.serve(loop, std::move(stream), Buffer(), arrival);
    if (door_ == Door::redirect) co_await site_.serve_redirect(loop, std::move(stream), Buffer(), arrival);
    if (door_ == Door::tls) co_await serve_tls(loop, std::move(stream), arrival);
  }

 private:
  io::Task<> serve_tls(io::Loop& loop, io::StreamPtr stream, site::Arrival arrival) {
    io::Chunk first;
    {
      const io::Deadline limit(loop, std::chrono::seconds(60), *stream);
      auto chunk = co_await stream->read();
      if (!chunk || chunk->empty()) co_return;
      first = std::move(*chunk);
    }
    const std::uint8_t byte = first.bytes().front();
    if (byte != 0x16 && (byte & 0x80U) == 0) {
      Buffer early(first.bytes().begin(), first.bytes().end());
      co_await site_.serve_plain_on_tls_port(loop, std::move(stream), std::move(early), arrival);
      co_return;
    }
    auto inside = co_await tls_.accept(loop, std::move(stream), std::move(first));
    if (!inside) co_return;
    if ((*inside)->alpn() == "h2") arrival.protocol = site::Protocol::http2;
    co_await site_.serve(loop, std::move(*inside), Buffer(), arrival);
  }

  const site::Site& site_;
  const io::TlsServer& tls_;
  Door door_;
  Endpoint at_;
};

std::string contents(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void limit_from(const char* name, std::chrono::milliseconds& limit) {
  const char* text = std::getenv(name);
  if (text != nullptr) limit = std::chrono::milliseconds(std::atol(text));
}

int run(int count, char** words) {
  site::Settings settings;
  if (std::string_view(words[3]) != "-") settings.folder = words[3];
  if (count > 4) settings.upstream = Endpoint::parse(words[4]);
  settings.installed = 1'700'000'000;
  limit_from("HEADER", settings.limits.header);
  limit_from("KEEP_ALIVE", settings.limits.keep_alive);
  limit_from("LINGER", settings.limits.linger);
  limit_from("UPSTREAM", settings.limits.upstream);
  Tunnel tunnel;
  const auto site = site::Site::make(std::move(settings), &tunnel);
  io::TlsServerOptions options;
  options.versions = io::TlsVersions::as_nginx;
  options.alpn = {"h2", "http/1.1"};
  auto tls = io::TlsServer::make({{contents(words[1]), contents(words[2])}}, std::move(options));
  if (!site || !tls) return 1;
  NoLog log;
  io::Loops loops(log, 1);
  io::ConnectionLimits limits({});
  io::Server server(loops, limits);
  const Door doors[] = {Door::plain, Door::tls, Door::redirect};
  std::vector<std::unique_ptr<Front>> fronts;
  for (const Door door : doors) {
    fronts.push_back(std::make_unique<Front>(**site, *tls, door));
    const auto at = server.listen(*Endpoint::parse("127.0.0.1:0"), *fronts.back());
    if (!at) return 1;
    fronts.back()->listens_at(*at);
    fmt::print("{}\n", at->port);
  }
  std::fflush(stdout);
  loops.run();
  return 0;
}

}  // namespace
}  // namespace rozaneh

int main(int count, char** words) {
  if (count < 4) {
    fmt::print(stderr, "usage: site_server CHAIN KEY FOLDER|- [UPSTREAM]\n");
    return 2;
  }
  return rozaneh::run(count, words);
}
