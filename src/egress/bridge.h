// The serving side of one listening port: transport in, egress out.
#pragma once

#include <atomic>

#include "base/counters.h"
#include "egress/egress.h"
#include "io/relay.h"
#include "io/server.h"
#include "transport/transport.h"
#include "tunnel/server.h"

namespace rozaneh::egress {

class Bridge final : public io::Handler {
 public:
  struct Options {
    std::string transport;             // its name, for logs and for who is told the origin
    io::Clock::duration idle_limit{};  // see RelayOptions
    bool splices = false;              // the same
    io::Clock::duration request_limit{std::chrono::seconds(30)};  // for naming a destination
    // Where clients name their destinations, they may do so in a session instead; null: they may not.
    // Outlives the bridge.
    tunnel::Server* tunnel = nullptr;
    // And they must: where the transport proves nothing of them, that they know the tunnel's key does.
    bool sessions_only = false;
  };

  // All but the options outlives the bridge.
  Bridge(transport::Acceptor& acceptor, Egress& egress, Counters& counters, Log& log, Options options)
      : acceptor_(acceptor), egress_(egress), counters_(counters), log_(log), options_(std::move(options)) {}
  Bridge(const Bridge&) = delete;
  Bridge& operator=(const Bridge&) = delete;

  io::Task<> serve(io::Loop& loop, io::StreamPtr raw, Endpoint peer) override;

  // From now on only connections of sessions are served; those that are there stay. From any thread.
  void drain() { draining_ = true; }

 private:
  struct Ends {
    io::StreamPtr inside;  // the client's stream
    io::StreamPtr out;
  };

  // Streams whose connections the transport serves itself.
  class Inside final : public io::Handler {
   public:
    explicit Inside(Bridge& bridge) : bridge_(bridge) {}
    io::Task<> serve(io::Loop& loop, io::StreamPtr stream, Endpoint peer) override {
      return bridge_.carry(loop, std::move(stream), peer);
    }

   private:
    Bridge& bridge_;
  };

  // Carries the client's stream to its end.
  io::Task<> carry(io::Loop& loop, io::StreamPtr client, Endpoint peer);
  // A failure of an opening or a connection, for the log.
  void note(Endpoint peer, const Error& failure) const;
  // Whether the client came with a session; then that is over, and the stream is used up. `origin` is the
  // caller's, which awaits at once.
  io::Task<Result<bool>> serve_session(io::Loop& loop, io::StreamPtr& client, const Origin& origin);
  io::Task<Result<Ends>> open_out(io::Loop& loop, io::StreamPtr client, const Origin& origin);
  // The way out that the client asks for, and the client's stream behind its request.
  io::Task<Result<io::StreamPtr>> open_requested(io::Loop& loop, io::StreamPtr& client, const Origin& origin);

  transport::Acceptor& acceptor_;
  Egress& egress_;
  Counters& counters_;
  Log& log_;
  Options options_;
  std::atomic<bool> draining_ = false;
  Inside inside_{*this};
};

}  // namespace rozaneh::egress
