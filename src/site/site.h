// The web site that everybody meets who does not know the secret: nginx 1.22.1 as Debian 12 packages it, with
// the default configuration, byte for byte (docs/guides/site.md lists what was compared and what differs).
//
// One site is used from all loops at once.
#pragma once

#include <chrono>
#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>

#include "base/address.h"
#include "io/loop.h"
#include "io/stream.h"
#include "site/answer.h"
#include "site/request.h"

namespace rozaneh::site {

struct Service;

// What was agreed in TLS by ALPN; http1 where nothing was.
enum class Protocol : std::uint8_t { http1, http2 };

// Takes requests out that are not for the site (WebTunnel's). Used from all loops at once; outlives the site.
class Upgrade {
 public:
  virtual ~Upgrade() = default;

  // Asked for each request when its head is complete and before anything is answered.
  [[nodiscard]] virtual bool wants(const Request& request) const = 0;

  // Asked in HTTP/2 when the field `:protocol` of an extended CONNECT comes (RFC 8441), with what came before
  // it. nginx, which has none of this, refuses at that very field: so does the site what is not known here by
  // its path. Nor are such requests announced (SETTINGS_ENABLE_CONNECT_PROTOCOL): whoever makes one knows.
  [[nodiscard]] virtual bool may_extend(const Request& /*so_far*/) const { return false; }

  // The request is yours. HTTP/1: `stream` is the connection as it is, `early` is what came behind the head,
  // and you answer. HTTP/2: the answer 200 is under way already, `stream` is the body of the extended
  // CONNECT, both ways, and `early` is empty.
  virtual io::Task<> take(io::Loop& loop, Request request, io::StreamPtr stream, Buffer early) = 0;

  // Whether a request that is yours only wants an answer, and the connection goes on as the site's: then
  // `answer` is called and not `take`. Only in HTTP/1.
  [[nodiscard]] virtual bool answers() const { return false; }

  // The answer, which may take its time. `body` is all of it, 1 MiB at most.
  virtual io::Task<Answer> answer(io::Loop& loop, Request request, Buffer body);
};

// nginx's own limits where the packaged configuration sets none. Zero switches none of them off.
struct Limits {
  std::chrono::milliseconds header = std::chrono::seconds(60);      // client_header_timeout
  std::chrono::milliseconds keep_alive = std::chrono::seconds(75);  // keepalive_timeout
  std::chrono::milliseconds linger = std::chrono::seconds(5);       // lingering_timeout
  std::chrono::milliseconds linger_in_all = std::chrono::seconds(30);
  std::chrono::milliseconds send = std::chrono::seconds(60);      // send_timeout, for one block
  std::chrono::milliseconds upstream = std::chrono::seconds(60);  // proxy_connect_timeout, proxy_read_timeout
  std::chrono::seconds connection_time = std::chrono::hours(1);   // keepalive_time
  unsigned requests = 1000;                                       // keepalive_requests
};

struct Settings {
  // Static files; where neither this nor `upstream` is set, the page that Debian's nginx shows after
  // installation.
  std::optional<std::filesystem::path> folder;
  // A web server on this machine that answers in our place (proxy_pass).
  std::optional<Endpoint> upstream;
  // When the default page was "installed". It shows in Last-Modified and ETag, so it must differ from one
  // server to the next and stay the same over restarts.
  std::time_t installed = 0;
  // Seconds since 1970, for Date.
  std::time_t (*now)() = [] { return std::time(nullptr); };
  Limits limits;
};

// How a connection came to us.
struct Arrival {
  Protocol protocol = Protocol::http1;
  bool tls = true;
  // Where it was accepted: the port stands in redirects if it is not the usual one, and the address where a
  // client names no host.
  Endpoint local{IpAddress(), 443};
  // When it was accepted: the time for the first request counts from there, the TLS handshake included.
  std::optional<io::Clock::time_point> accepted = std::nullopt;
  // Whom this connection's requests are offered to, where that is not the site's own. Outlives the
  // connection and its tunnels.
  Upgrade* upgrade = nullptr;
};

class Site {
 public:
  // Fails when the folder cannot be opened. `upgrade` may be null.
  static Result<std::unique_ptr<Site>> make(Settings settings, Upgrade* upgrade = nullptr);
  ~Site();
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  // Serves one connection to its end. `early` is what was read of it already. Sets its own time limits.
  io::Task<> serve(io::Loop& loop, io::StreamPtr stream, Buffer early, Arrival arrival) const;

  // A connection to the TLS port that does not begin as TLS does: 400, "The plain HTTP request was sent to
  // HTTPS port", once the request is complete (and what nginx says about a request that is none).
  io::Task<> serve_plain_on_tls_port(io::Loop& loop, io::StreamPtr stream, Buffer early,
                                     Arrival arrival) const;

  // Port 80: 301 to https:// with the same host and target.
  io::Task<> serve_redirect(io::Loop& loop, io::StreamPtr stream, Buffer early, Arrival arrival) const;

 private:
  explicit Site(std::unique_ptr<Service> service);

  std::unique_ptr<Service> service_;
};

}  // namespace rozaneh::site
