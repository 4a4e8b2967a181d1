// Several ways through, of which the one that works is used.
#pragma once

#include "proxy/opener.h"
#include "proxy/racer.h"
#include "proxy/tunnels.h"
#include "proxy/way.h"

namespace rozaneh::proxy {

// Opens each request by the way that won: as a stream of the session with its server, or, where that has no
// tunnel, over a connection of its own. When that fails to reach its server, ways race anew. Nothing goes out
// in any other way.
class Ways final : public Opener {
 public:
  using List = std::vector<std::shared_ptr<WayDialer>>;

  // The list is not empty; memory and observer outlive the ways.
  Ways(const List& list, RawDialer raw, Memory& memory, Observer& observer,
       const tunnel::Policy& policy = {});

  io::Task<Result<io::StreamPtr>> open(io::Loop& loop, const Request& request) override;

  // In a session; where none of the links has a tunnel, it fails.
  io::Task<Result<io::DatagramsPtr>> open_flow(io::Loop& loop) override;

  // Takes another list; streams that are open go on.
  void replace(const List& list);

  // From now on sessions use connections so, and no more ways are tried at once than it allows.
  void use(const tunnel::Policy& policy);

  // Sessions do not wait for connections of the network that was left.
  void network_changed() { tunnels_.network_changed(); }

  // Ends all sessions; what it answers expires when their servers have been told.
  std::weak_ptr<void> close() { return tunnels_.close(); }

  // Finds ways, and knows which one is in use.
  [[nodiscard]] Racer& racer() { return racer_; }

 private:
  // What is asked for: how it is opened in a session (`early`: without waiting for it), and over a way that
  // has none.
  template <class Opened>
  struct Wanted {
    std::function<io::Task<Result<Opened>>(tunnel::Client& client, bool early)> in_session;
    std::function<io::Task<Result<Opened>>(std::shared_ptr<WayDialer> way, io::StreamPtr stream)> over;
  };

  template <class Opened>
  io::Task<Result<Opened>> open_wanted(io::Loop& loop, const Wanted<Opened>& wanted);
  // Races, as often as it may make sense.
  template <class Opened>
  io::Task<Result<Opened>> open_anew(io::Loop& loop, const Wanted<Opened>& wanted);
  template <class Opened>
  io::Task<Result<Opened>> open_by(io::Loop& loop, Racer::Reached reached, const Wanted<Opened>& wanted);
  [[nodiscard]] bool has_tunnel();
  // What was opened by that way, in so long, failed.
  void failed(const std::shared_ptr<WayDialer>& way, io::Clock::duration took, const Error& error);
  Candidates all_to_server_of(const CandidatePtr& way);

  Racer racer_;
  Tunnels tunnels_;
};

}  // namespace rozaneh::proxy
