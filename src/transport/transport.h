// What a transport is: a name, typed arguments that are checked at start-up, a connector and an acceptor.
//
// A transport makes one connection look like something that a censor lets through. Adding one is a folder
// under src/transport/ and a line in catalog.cpp; nobody else knows its name.
#pragma once

#include <memory>
#include <string_view>

#include "base/address.h"
#include "base/arguments.h"
#include "base/log.h"
#include "base/random.h"
#include "io/loop.h"
#include "io/state.h"
#include "io/stream.h"
#include "transport/setup_error.h"
#include "transport/stranger.h"

namespace rozaneh::transport {

// The client's side of one configured transport. Used from several loops at once.
class Connector {
 public:
  virtual ~Connector() = default;

  // Makes of a fresh connection to `server` the stream inside it; sets its own time limit. On a failure the
  // connection is gone.
  virtual io::Task<Result<io::StreamPtr>> connect(io::Loop& loop, const Target& server,
                                                  io::StreamPtr raw) = 0;
};

// The server's side of one configured transport. Used from several loops at once.
class Acceptor {
 public:
  virtual ~Acceptor() = default;

  // Makes of an accepted connection the stream inside it; sets its own time limit. To a stranger it shows
  // what the transport's page in docs/protocols/ says, for as long as that takes, and then fails.
  virtual io::Task<Result<io::StreamPtr>> accept(io::Loop& loop, io::StreamPtr raw) = 0;

  // What a client needs to know besides the address: `cert` and the like. Goes into links and bridge lines.
  [[nodiscard]] virtual Arguments client_arguments() const = 0;
};

// What both sides are made from. All of it outlives what is made.
struct Setup {
  const Arguments& arguments;  // from the link, the bridge line or the configuration
  io::State& state;            // records are named after the transport: "obfs4_state.json"
  Random& random;              // used during the making only
  Log& log;
  std::chrono::seconds hello_limit = kHelloLimit;  // how long a client may take to make itself known
};

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
};

}  // namespace rozaneh::transport
