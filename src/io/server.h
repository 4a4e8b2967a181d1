// Listens on every loop and has each connection served, within limits.
#pragma once

#include <memory>
#include <set>
#include <vector>

#include "io/limits.h"
#include "io/listener.h"
#include "io/loops.h"

namespace rozaneh::io {

// What is done with one accepted connection. Called on the loop of the connection; outlives the server.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual Task<> serve(Loop& loop, StreamPtr stream, Endpoint peer) = 0;
};

class Server {
 public:
  // All of it outlives the server; the server outlives the loops' last run.
  Server(Loops& loops, ConnectionLimits& limits) : loops_(loops), limits_(limits) {}

  // Listens on `at` on every loop; port 0 takes a free one. Answers where; fails where somebody else listens.
  // Connections over a limit are closed at once. Call before the loops run, or on the first loop.
  Result<Endpoint> listen(const Endpoint& at, Handler& handler);

  // Stops listening at `at`, or everywhere; connections go on.
  void close(const Endpoint& at);
  void close();

  // Connections that are being served.
  [[nodiscard]] std::size_t open() const { return limits_.held(); }

 private:
  Task<> accept_all(Loop& loop, std::shared_ptr<Listener> listener, Handler& handler);
  Task<> serve_one(Loop& loop, StreamPtr stream, Endpoint peer, Handler& handler,
                   ConnectionLimits::Place place);

  struct Listening {
    Loop* loop;
    // Shared with the task that accepts on it, which ends some time after it was closed.
    std::shared_ptr<Listener> listener;
  };

  Loops& loops_;
  ConnectionLimits& limits_;
  std::vector<Listening> listening_;
  std::set<std::uint16_t> ports_;  // all that we have ever listened on
};

}  // namespace rozaneh::io
