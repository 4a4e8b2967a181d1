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

  // Sockets that listen already, of another process: listen() goes on with those at its address, and opens
  // only what is missing. Those that nobody has asked for are closed by `close_inherited`.
  void inherit(std::vector<Descriptor> listeners) { inherited_ = std::move(listeners); }
  void close_inherited() { inherited_.clear(); }
  // What listens now, for who hands it to another process.
  [[nodiscard]] std::vector<int> descriptors() const;

  // Stops listening at `at`, or everywhere; connections go on.
  void close(const Endpoint& at);
  void close();

  // Connections that are being served.
  [[nodiscard]] std::size_t open() const { return limits_.held(); }

 private:
  Task<> accept_all(Loop& loop, std::shared_ptr<Listener> listener, Handler& handler);
  Task<> serve_one(Loop& loop, StreamPtr stream, Endpoint peer, Handler& handler,
                   ConnectionLimits::Place place);

  // The next inherited one at this address; nullopt: there is none.
  std::optional<Listener> next_inherited(Loop& loop, const Endpoint& at);

  struct Listening {
    Loop* loop;
    // Shared with the task that accepts on it, which ends some time after it was closed.
    std::shared_ptr<Listener> listener;
  };

  Loops& loops_;
  ConnectionLimits& limits_;
  std::vector<Listening> listening_;
  std::vector<Descriptor> inherited_;
  std::set<std::uint16_t> ports_;  // all that we have ever listened on
};

}  // namespace rozaneh::io
