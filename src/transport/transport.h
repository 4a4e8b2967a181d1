// What a transport is: a name, typed arguments that are checked at start-up, a connector and an acceptor.
//
// A transport makes one connection look like something that a censor lets through. Adding one is a folder
// under src/transport/ and a line in catalog.cpp; nobody else knows its name.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string_view>

#include "base/address.h"
#include "base/arguments.h"
#include "base/log.h"
#include "base/random.h"
#include "io/dial.h"
#include "io/loop.h"
#include "io/server.h"
#include "io/state.h"
#include "io/stream.h"
#include "transport/setup_error.h"
#include "transport/stranger.h"

namespace rozaneh::transport {

// The client's side of one configured transport. Used from several loops at once.
class Connector {
 public:
  virtual ~Connector() = default;

  // Dials the server by `raw` and makes of the connection the stream inside it. `server` is what the link or
  // the bridge line names; a transport whose arguments say where it goes may dial that instead.
  virtual io::Task<Result<io::StreamPtr>> open(io::Loop& loop, io::Dialer& raw, const Target& server);

  // Makes of a fresh connection to `server` the stream inside it; sets its own time limit. On a failure the
  // connection is gone.
  virtual io::Task<Result<io::StreamPtr>> connect(io::Loop& loop, const Target& server,
                                                  io::StreamPtr raw) = 0;
};

// For a peer of whom only the address is known; WebTunnel's server in the field says this one.
inline constexpr std::uint16_t kUnknownPort = 60000;

// What an acceptor makes of a connection.
struct Accepted {
  io::StreamPtr stream;  // the one inside it
  // Who it came from, where the transport knows better than the connection: behind a web server, all come
  // from that.
  std::optional<IpAddress> from{};

  template <std::derived_from<io::Stream> T>
  Accepted(std::unique_ptr<T> inside)  // NOLINT(google-explicit-constructor): as a rule, the stream is all
      : stream(std::move(inside)) {}
  Accepted(io::StreamPtr inside, std::optional<IpAddress> peer) : stream(std::move(inside)), from(peer) {}
};

// The server's side of one configured transport. Used from several loops at once.
class Acceptor {
 public:
  virtual ~Acceptor() = default;

  // Makes of an accepted connection the stream inside it; sets its own time limit. To a stranger it shows
  // what the transport's page in docs/protocols/ says, for as long as that takes, and then fails.
  virtual io::Task<Result<Accepted>> accept(io::Loop& loop, io::StreamPtr raw) = 0;

  // Whether streams and connections are not one for one, as requests of HTTP may be of any stream: then
  // `serve` is called and not `accept`.
  [[nodiscard]] virtual bool gathers() const { return false; }

  // Serves a connection from `peer` to its end. Each stream that begins on it is given to `inside`, in a task
  // of its own that may outlive the connection. Fails where it was a stranger's.
  virtual io::Task<Result<>> serve(io::Loop& loop, io::StreamPtr raw, Endpoint peer, io::Handler& inside);

  // What a client needs to know besides the address: `cert` and the like. Goes into links and bridge lines.
  [[nodiscard]] virtual Arguments client_arguments() const = 0;

  // What links and bridge lines name as the server, where it is not the address that is listened on.
  [[nodiscard]] virtual std::optional<Endpoint> server() const { return std::nullopt; }
};

// What both sides are made from. All of it outlives what is made.
struct Setup {
  const Arguments& arguments;  // from the link, the bridge line or the configuration
  io::State& state;            // records are named after the transport: "obfs4_state.json"
  Random& random;              // used during the making only
  Log& log;
  std::chrono::seconds hello_limit = kHelloLimit;  // how long a client may take to make itself known
};

class OnSite;

class Transport {
 public:
  virtual ~Transport() = default;

  [[nodiscard]] virtual std::string_view name() const = 0;

  // Whether a client must know a secret to be served: only then may it choose its destination.
  [[nodiscard]] virtual bool proves_client() const = 0;

  // What the user should be told at start, or an empty text.
  [[nodiscard]] virtual std::string_view warning() const { return {}; }

  // Fails with SetupError::arguments when an argument is missing, unknown or malformed.
  [[nodiscard]] virtual Result<std::unique_ptr<Connector>> connector(const Setup& setup) const = 0;
  [[nodiscard]] virtual Result<std::unique_ptr<Acceptor>> acceptor(const Setup& setup) const = 0;

  // The server's side on a web site that somebody else serves. Each stream goes to `handler`, which outlives
  // what is made, with the address that it came from as far as that is known. Fails where the transport
  // cannot do that.
  [[nodiscard]] virtual Result<std::unique_ptr<OnSite>> on_site(const Setup& setup,
                                                                io::Handler& handler) const;
};

}  // namespace rozaneh::transport
