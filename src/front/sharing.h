// Port 443 shared with others: stands before the front, where one is asked for.
//
//     a PROXY header                    read off, if connections come through a front of somebody else's
//     outer ClientHello, as it came:
//       its name is a neighbour's    →  that server, still encrypted, with a PROXY header if it wants one
//       anything else                →  the front behind, which is given the same bytes
//
// A neighbour is a site that was here before, on another port or machine: it keeps its own certificates.
#pragma once

#include <string>
#include <vector>

#include "base/counters.h"
#include "front/failures.h"
#include "io/deadline.h"
#include "io/server.h"
#include "wire/proxy_protocol.h"

namespace rozaneh::front {

struct Neighbour {
  std::string name;  // "example.org", or "*.example.org" for all names below it
  Endpoint server;
  std::optional<ProxyVersion> header;  // absent: none is sent

  // "NAME=ADDRESS:PORT", with ",proxy-v1" or ",proxy-v2" behind it for a header.
  static std::optional<Neighbour> parse(std::string_view text);
};

class Sharing final : public io::Handler {
 public:
  struct Options {
    std::vector<Neighbour> neighbours;  // the first that fits
    bool takes_proxy_header = false;    // each connection begins with one; others are closed
    std::uint16_t port = 443;
    io::Clock::duration hello_limit{std::chrono::seconds(60)};
    io::Clock::duration connect_limit{std::chrono::seconds(10)};
    io::Clock::duration idle_limit{std::chrono::hours(1)};
    bool splices = false;  // see io::RelayOptions
  };

  // All but the options outlives this. `limits` hold for the addresses that PROXY headers name, since the
  // connections themselves are all the other front's.
  Sharing(io::Handler& front, io::ConnectionLimits& limits, Failures& failures, Counters& counters,
          Options options)
      : front_(front),
        limits_(limits),
        failures_(failures),
        counters_(counters),
        options_(std::move(options)) {}

  io::Task<> serve(io::Loop& loop, io::StreamPtr stream, Endpoint peer) override;

 private:
  // A connection and what has been read of it.
  struct Begun {
    io::StreamPtr stream;
    Buffer bytes;
    ProxiedPeer ends;
    std::unique_ptr<io::Deadline> limit;  // for what is read of it here
  };

  io::Task<> route(io::Loop& loop, Begun begun);
  io::Task<bool> read_header(Begun& begun) const;
  io::Task<const Neighbour*> read_hello(Begun& begun) const;
  [[nodiscard]] const Neighbour* find(std::string_view name) const;
  io::Task<> lead(io::Loop& loop, Begun begun, const Neighbour& neighbour);

  io::Handler& front_;
  io::ConnectionLimits& limits_;
  Failures& failures_;
  Counters& counters_;
  Options options_;
};

}  // namespace rozaneh::front
