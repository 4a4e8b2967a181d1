// What stands on port 443: TLS, and inside of it Signal's proxy for those who speak to it, a web site for
// everybody else. docs/guides/signal.md has the picture.
//
//     first byte is not TLS's          → the site's answer to plain HTTP on a TLS port
//     TLS handshake                    (certificates, ALPN, tickets: io/tls_server.h)
//       ALPN "h2"                      → the site over HTTP/2
//       a ClientHello inside whose     → its server; both ends' bytes are carried, still encrypted
//       name is listed
//       anything else                  → the site, which is given the same bytes
//
// With a hidden host name a ClientHello is looked for only where the outer TLS asked for that name.
#pragma once

#include "base/counters.h"
#include "front/names.h"
#include "front/shape.h"
#include "front/upstreams.h"
#include "io/awaited_stream.h"
#include "io/server.h"
#include "io/tls_server.h"
#include "site/site.h"
#include "wire/tls/client_hello_reader.h"

namespace rozaneh::front {

class Front final : public io::Handler {
 public:
  struct Options {
    std::string hidden_name;  // "label.example.org"; empty: the relay answers under every name
    std::uint16_t port = 443;
    // As nginx's client_header_timeout is for the TLS handshake and the first byte inside, together.
    io::Clock::duration handshake_limit{std::chrono::seconds(60)};
    // For the rest of a ClientHello that has begun.
    io::Clock::duration hello_limit{std::chrono::seconds(10)};
    io::Clock::duration idle_limit{std::chrono::hours(1)};
    bool splices = false;  // see io::RelayOptions
    // Of what is relayed within TLS 1.3; null: as it comes. Outlives the front.
    const io::RecordShape* shape = nullptr;
    std::optional<FirstAnswer> first_answer;  // of the servers behind; absent: as it comes
  };

  struct Counts {
    std::atomic<std::uint64_t> relayed{0};   // connections to listed servers
    std::atomic<std::uint64_t> visitors{0};  // to the web site
  };

  // All but the options outlives the front.
  Front(const io::TlsServer& tls, const site::Site& site, const NamesInUse& names, const Upstreams& upstreams,
        Failures& failures, Counters& counters, Options options);

  io::Task<> serve(io::Loop& loop, io::StreamPtr raw, Endpoint peer) override;

  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  using Outer = std::unique_ptr<io::TlsStream>;
  // Both ends of a relay; without an upstream somebody else has served the connection to its end.
  struct Ends {
    io::StreamPtr inside;
    io::StreamPtr upstream;
  };
  // What a client said first inside: all of it, and where to if it was for us. Without a stream there was
  // nothing.
  struct First {
    io::StreamPtr stream;
    Buffer bytes;
    std::optional<Target> upstream;
  };

  io::Task<Ends> open(io::Loop& loop, io::StreamPtr raw);
  io::Task<Outer> shake_hands(io::Loop& loop, io::StreamPtr raw, io::Chunk first,
                              io::Clock::time_point accepted);
  io::Task<First> read_first(io::Loop& loop, Outer outer, io::Clock::time_point accepted);
  io::Task<> read_hello(io::Loop& loop, First& first);
  io::Task<bool> gather_hello(io::AwaitedStream& outer, tls::ClientHelloReader& reader, Buffer& bytes);
  io::Task<> visit(io::Loop& loop, io::StreamPtr stream, Buffer early, site::Arrival how);
  [[nodiscard]] bool relays_under(std::string_view outer_name) const;
  [[nodiscard]] site::Arrival arrival(site::Protocol protocol, io::Clock::time_point accepted) const;
  [[nodiscard]] io::Clock::duration time_left(io::Clock::time_point accepted) const;

  const io::TlsServer& tls_;
  const site::Site& site_;
  const NamesInUse& names_;
  const Upstreams& upstreams_;
  Failures& failures_;
  Counters& counters_;
  Options options_;
  Counts counts_;
};

}  // namespace rozaneh::front
