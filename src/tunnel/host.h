// A session at work on a loop: it runs the session's connections and timers, and hands its streams out as
// Streams.
//
// Everything here happens on one loop's thread. A host lives as long as somebody holds it, or as its session
// has not ended: a task of its own holds it until then.
#pragma once

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "io/datagrams.h"
#include "io/event.h"
#include "io/stream.h"
#include "tunnel/opening.h"
#include "tunnel/record.h"
#include "tunnel/session.h"

namespace rozaneh::tunnel {

// How one connection is used up, and how its start looks from outside.
struct LinkUse {
  std::uint64_t send_at_most = 0;     // bytes, hello and records; then it is retired; 0: any
  std::uint64_t receive_at_most = 0;  // the same of the peer, who keeps to it himself
  EarlyPadding padding{};
  std::uint64_t sent = 0;  // by the hello
  std::uint64_t received = 0;
};

class Host final : public std::enable_shared_from_this<Host>, private Observer {
 public:
  // What only the host's owner can do. Called from the loop, never out of a call into the host. The owner
  // outlives the session, or leaves before.
  class Owner {
   public:
    virtual ~Owner() = default;
    // Server: a client wants this opened; the answer is accept() or refuse(). Its bytes may be there already.
    virtual void incoming(Host& host, StreamNumber stream, StreamKind kind, const Target& target) = 0;
    // A connection is gone, for whatever reason.
    virtual void lost(ConnectionNumber connection) = 0;
    // A connection does not answer: join another one beside it.
    virtual void suspect(ConnectionNumber connection) = 0;
    // Half of what it may carry is used up, or the peer has retired it.
    virtual void worn(ConnectionNumber connection) = 0;
    virtual void ended(CloseReason reason) = 0;
  };

  // `loop` outlives the host.
  static std::shared_ptr<Host> make(io::Loop& loop, Role role, const Parameters& ours, Owner& owner);
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  ~Host() override;

  // Carries the session over a connection that both hellos have opened and that the session has attached;
  // `behind` is what came behind the peer's hello. Ends with the connection, which is detached then.
  io::Task<> carry(ConnectionNumber connection, io::StreamPtr stream, Keys keys, Buffer behind, LinkUse use);

  // Ends a connection; the session goes on without it.
  void drop(ConnectionNumber connection);

  // Client: a new stream, at once: the server's answer is not waited for, and a refusal comes as the failure
  // of the first read or write. Waits where as many are open as the server allows, but not longer than
  // `limit`.
  io::Task<Result<io::StreamPtr>> open(Target target, io::Clock::duration limit);

  // The same for a UDP flow; `target` is what it is for, or 0.0.0.0:0 for any.
  io::Task<Result<io::DatagramsPtr>> open_flow(Target target, io::Clock::duration limit);

  // Server: what came with incoming(), by its kind.
  io::StreamPtr accept(StreamNumber stream);
  io::DatagramsPtr accept_flow(StreamNumber stream);
  void refuse(StreamNumber stream, const Error& why);
  void refuse_one_too_many(StreamNumber stream);

  // --- for another process that goes on with the session ---

  // Where what is read of an accepted stream goes, as long as somebody holds the stream.
  void leads_to(StreamNumber stream, io::TcpStream& outlet);
  // The same of an accepted flow, asked when a snapshot is made: its descriptors, and FlowSnapshot's rest.
  struct FlowOutlet {
    Target only;
    std::vector<int> sockets;
    std::vector<Endpoint> remotes;
  };
  void leads_to(StreamNumber flow, std::function<FlowOutlet()> now);
  struct Snapshot {
    SessionSnapshot session;
    std::vector<OutletSnapshot> outlets;
    std::vector<FlowSnapshot> flows;
    std::vector<int> sockets;  // of all of them

    void add(StreamNumber flow, FlowOutlet outlet);
  };
  // While no loop runs; what it borrows is there until one does.
  [[nodiscard]] Snapshot snapshot() const;
  // In that process: the stream that led there, or the flow.
  io::StreamPtr resume(const OutletSnapshot& outlet);
  io::DatagramsPtr resume(const FlowSnapshot& flow);

  // Ends the session, and tells the peer as far as there is a connection. `telling` is held until the peer
  // has been told on each, or they have failed.
  void close(CloseReason reason, const std::shared_ptr<void>& telling = nullptr);

  // Nobody is told of anything any more.
  void leave() { owner_ = nullptr; }

  // Where there are streams: until somebody has written to one, but not longer than `limit`.
  io::Task<> first_bytes(io::Clock::duration limit);

  // To be settled after each call that is not made through the host.
  [[nodiscard]] Session& session() { return session_; }
  void settle();

  [[nodiscard]] io::Loop& loop() { return loop_; }
  [[nodiscard]] std::size_t connections() const { return links_.size(); }
  // Streams that somebody holds.
  [[nodiscard]] std::size_t streams() const { return waiting_.size(); }
  // Of those, UDP flows.
  [[nodiscard]] std::size_t flows() const { return flows_; }
  // When a connection last brought more than a sign of life; nullopt: there is none of that number.
  [[nodiscard]] std::optional<Time> heard(ConnectionNumber connection) const;

 private:
  struct Link;
  struct Waiting;
  class StreamOfHost;
  class FlowOfHost;

  Host(io::Loop& loop, Role role, const Parameters& ours, Owner& owner);

  static io::Task<> keep_time(std::shared_ptr<Host> self);
  static io::Task<> read_all(std::shared_ptr<Host> self, std::shared_ptr<Link> link, Buffer behind);
  static io::Task<> write_all(std::shared_ptr<Host> self, std::shared_ptr<Link> link);

  // Takes the records that end in `bytes`, and keeps the start of the next one.
  Result<> take(Link& link, MutableBytes bytes);
  Result<bool> take_one(Link& link, MutableBytes bytes, std::size_t& taken);
  [[nodiscard]] std::size_t best_length(const Link& link, std::size_t most) const;
  std::size_t fill(Link& link, MutableBytes block);
  io::Task<Result<StreamNumber>> open_number(StreamKind kind, Target target, io::Clock::duration limit);
  std::shared_ptr<Waiting> wait_for(StreamNumber stream);
  void look_for_wear(Link& link);
  io::StreamPtr stream_of(StreamNumber stream);
  io::DatagramsPtr flow_of(StreamNumber stream);

  // Observer: marks, and what the owner is to be told waits until the call into the session is over.
  void to_send() override;
  void incoming(StreamNumber stream, StreamKind kind, const Target& target) override;
  void opened(StreamNumber stream) override;
  void can_open() override;
  void readable(StreamNumber stream) override;
  void writable(StreamNumber stream) override;
  void reset(StreamNumber stream, ResetReason reason) override;
  void suspect(ConnectionNumber connection) override;
  void over(ConnectionNumber connection) override;
  void closed(CloseReason reason) override;
  void tell_soon(std::function<void()> what);

  io::Loop& loop_;
  Owner* owner_;
  Session session_;
  io::Timer timer_;
  Time armed_ = Time::max();
  io::Event can_open_;
  io::Event written_;
  std::unordered_map<ConnectionNumber, std::shared_ptr<Link>> links_;
  std::unordered_map<StreamNumber, std::shared_ptr<Waiting>> waiting_;
  std::size_t flows_ = 0;
};

}  // namespace rozaneh::tunnel
