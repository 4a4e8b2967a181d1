// The client's sessions: one a loop, with the server that was found last, over all ways that lead there.
#pragma once

#include <map>
#include <mutex>

#include "proxy/racer.h"
#include "proxy/way.h"
#include "tunnel/clients.h"

namespace rozaneh::proxy {

// Used from several loops at once.
class Tunnels {
 public:
  explicit Tunnels(RawDialer raw) : raw_(std::move(raw)) {}

  // This loop's; null where there is none.
  std::shared_ptr<tunnel::Client> current(io::Loop& loop);

  // A new one for this loop, to the server that `first` leads to: over `stream`, which was opened by it, and
  // from then on over those of `all` that lead to the same server. `shut_out` is told on the loop that the
  // server does not let its user in.
  std::shared_ptr<tunnel::Client> make(io::Loop& loop, const std::shared_ptr<WayDialer>& first,
                                       io::StreamPtr stream, const Candidates& all,
                                       std::function<void(const Error&)> shut_out);

  // Held by who looks for a way to make a session over, so that others on the loop can wait for him.
  class Search {
   public:
    explicit Search(io::Loop& loop) : over_(loop) {}
    Search(const Search&) = delete;
    Search& operator=(const Search&) = delete;
    ~Search() = default;
    // Ends when `end` is called.
    io::Task<> wait();
    void end();

   private:
    io::Event over_;
    bool is_over_ = false;
  };
  // The one that is under way on this loop; null where there is none.
  std::shared_ptr<Search> search(io::Loop& loop);
  std::shared_ptr<Search> begin_search(io::Loop& loop);

  // From now on sessions use connections so; from any thread.
  void use(const tunnel::Policy& policy);

  // All sessions make their connections anew; from any thread.
  void network_changed() {
    all_.tell([](tunnel::Client& client) { client.network_changed(); });
  }

  // Ends all sessions; from any thread. What it answers expires when their servers have been told.
  std::weak_ptr<void> close() { return all_.close(); }

  // Not to be used any more; its streams go on.
  void drop(io::Loop& loop, const std::shared_ptr<tunnel::Client>& client);

 private:
  RawDialer raw_;
  tunnel::Policy policy_;
  std::mutex mutex_;
  std::map<io::Loop*, std::weak_ptr<Search>> searches_;
  // Each lives on its loop, while it has a session.
  std::map<io::Loop*, std::weak_ptr<tunnel::Client>> current_;
  tunnel::Clients all_;  // those that were dropped, too
};

}  // namespace rozaneh::proxy
