// Where the tunnel's connections come in: makes sessions, and finds those that are joined.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/address.h"
#include "io/descriptor.h"
#include "io/limits.h"
#include "io/loops.h"
#include "tunnel/hand_over.h"
#include "tunnel/hello_memory.h"
#include "tunnel/host.h"
#include "tunnel/users.h"

namespace rozaneh::tunnel {

// Gets what sessions open. Called on the session's loop; outlives the server.
class StreamHandler {
 public:
  virtual ~StreamHandler() = default;
  // To answer with accept() or refuse(); spawns what takes time. `client` is where the session came from.
  virtual void open(std::shared_ptr<Host> host, StreamNumber stream, StreamKind kind, const Target& target,
                    const Endpoint& client) = 0;
  // A stream that another process had accepted, and the connection that it led to: to be carried on, by
  // host->resume(outlet). `outlet` is the caller's. Who cannot gives the stream up.
  virtual void resume(std::shared_ptr<Host> host, const OutletSnapshot& outlet, io::Descriptor socket,
                      const Endpoint& client);
  // The same of a flow; `sockets` are those that have come, the caller's.
  virtual void resume(Host& host, const FlowSnapshot& flow, std::vector<io::Descriptor>& sockets);
};

// What one process hands to the next beside its sessions' state.
struct Handed {
  std::size_t sessions = 0;
  std::size_t left_out = 0;  // of them, since there is no room for more
  std::size_t streams = 0;
  std::size_t flows = 0;
  std::vector<int> sockets;  // where these lead, by the names in there
};

// Used from several loops at once. Outlives the loops' last run.
class Server {
 public:
  struct Options {
    Parameters ours{};
    // Sessions at once, and of one address; 0: no limit.
    io::ConnectionLimits::Options sessions{.total = 20'000, .per_address = 0};
    std::chrono::seconds hello_limit{30};
  };

  // The key's public half stands in links. `handler` outlives the server.
  Server(crypto::KeyPair key, StreamHandler& handler, Options options, Random& random);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  // Serves one connection of a transport until it ends. `first` is what was read of it. Fails with
  // TunnelError::stranger where the client does not know our key: what he is shown is the caller's affair.
  io::Task<Result<>> serve(io::Loop& loop, io::StreamPtr stream, Buffer first, Endpoint peer);

  // From now on new sessions are refused with Status::draining; those that are there go on.
  void drain();
  // Ends all sessions, and tells their clients; from any thread. What it answers expires when that is done.
  std::weak_ptr<void> end_all();

  [[nodiscard]] std::size_t sessions() const;

  // From now on only these have sessions, each as many as its line says; those of others end. Where all that
  // one may have are there, a new one takes the place of one that has no connection now. Before the first
  // call everybody has.
  void change_users(Users users);

  // Hands all sessions over, as they are now, while no loop runs: gives `write` what the next process is to
  // know, part by part, each gone after the call. At most `most_bytes` and `most_sockets`.
  Result<Handed> hand_over(const std::function<Result<>(Bytes)>& write, std::size_t most_bytes,
                           std::size_t most_sockets);

  using Sockets = std::unordered_map<std::uint64_t, io::Descriptor>;  // by io::socket_name
  struct Resumed {
    std::size_t sessions = 0;
    std::size_t streams = 0;
    std::size_t flows = 0;
    std::size_t lost = 0;  // sessions that were damaged, over a limit, or of a user who is gone
  };
  // Goes on with them, before the loops run; takes the sockets that they have out of `sockets`. Fails, and
  // has changed nothing, for what is no hand-over of this server.
  Result<Resumed> resume(Bytes from, io::Loops& loops, Sockets& sockets);

  // New limits; sessions that are there stay.
  void change_limits(io::ConnectionLimits::Options sessions) { limits_->change(sessions); }

 private:
  class Served;
  struct Arrival;
  struct Over;
  struct Standing;
  struct OfUser {
    std::shared_ptr<Standing> standing;  // shared with the session, which lives on a loop of its own
    std::weak_ptr<Served> served;
  };
  struct NameHash {
    // Names are random: any part of one is a hash.
    std::size_t operator()(const SessionId& name) const;
  };

  io::Task<Result<>> create(io::Loop& loop, std::shared_ptr<Arrival> arrival);
  // Counts the session as its user's; says whether it may be. `is_new` as in Freshness.
  Status enlist(const std::shared_ptr<Served>& served, Bytes credential, bool is_new);
  static bool make_room(std::vector<OfUser>& sessions);
  io::Task<Result<>> join(io::Loop& loop, std::shared_ptr<Arrival> arrival);
  io::Task<> join_there(io::Loop& back, std::shared_ptr<Served> served, std::shared_ptr<Arrival> arrival,
                        std::weak_ptr<Over> over);
  // These run on the session's loop.
  io::Task<Result<>> join_here(std::shared_ptr<Served> served, std::shared_ptr<Arrival> arrival);
  io::Task<Result<>> answer_and_carry(std::shared_ptr<Served> served, std::shared_ptr<Arrival> arrival,
                                      ServerHello hello, ConnectionNumber connection);
  static io::Task<Result<>> refuse(std::shared_ptr<Arrival> arrival, Status status);

  // How a new session's hello is to be taken.
  struct Freshness {
    bool is_new = false;       // it was made now, and is seen for the first time by this server
    bool takes_early = false;  // and by any before us, that had its key: so that frames of it may be taken
  };
  Freshness freshness(const Arrival& arrival);
  std::shared_ptr<Served> find(const SessionId& name) const;
  void add(const std::shared_ptr<Served>& served);
  [[nodiscard]] bool draining() const;
  void forget(const SessionId& name);
  HandOverHead head() const;
  // Whether its user may still have sessions.
  [[nodiscard]] bool is_welcome(const ServedSnapshot& from) const;
  void enlist_again(const std::shared_ptr<Served>& served, const CredentialHash& user);
  bool resume_one(const ServedSnapshot& from, io::Loop& loop, Sockets& sockets, Resumed& resumed);

  crypto::KeyPair key_;
  StreamHandler& handler_;
  Options options_;
  mutable std::mutex mutex_;
  HelloMemory hellos_;
  bool draining_ = false;
  // Shared with the sessions, the last of which go with their loops, after the server.
  std::shared_ptr<io::ConnectionLimits> limits_;
  std::unordered_map<SessionId, std::shared_ptr<Served>, NameHash> sessions_;
  std::optional<Users> users_;
  std::map<CredentialHash, std::vector<OfUser>> of_users_;
};

}  // namespace rozaneh::tunnel
