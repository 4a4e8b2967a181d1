// What a server keeps of each session; for its own sources alone.
#pragma once

#include <atomic>

#include "tunnel/server.h"

namespace rozaneh::tunnel {

// The wall's clock, as hellos have it.
inline std::chrono::sys_seconds now_seconds() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

// What other threads may know of a session.
struct Server::Standing {
  std::atomic<bool> is_over = false;
  std::atomic<unsigned> connections = 0;
  Time expected{};  // until then its client comes back, who knows of no end; set before there are threads
};

// A session and what it was made by. Kept by the server's list and by whoever works on it.
class Server::Served final : public Host::Owner {
 public:
  Served(Server& server, io::Loop& loop, const SessionId& its_name, const Endpoint& its_client,
         const Parameters& ours, io::ConnectionLimits::Place place)
      : name(its_name),
        client(its_client),
        host(Host::make(loop, Role::server, ours, *this)),
        server_(server),
        limits_(server.limits_),
        place_(std::move(place)) {}
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;
  ~Served() override {
    standing->is_over = true;
    host->leave();
  }

  void incoming(Host& /*host*/, StreamNumber stream, StreamKind kind, const Target& target) override {
    server_.handler_.open(host, stream, kind, target, client);
  }
  void lost(ConnectionNumber /*connection*/) override {}
  void suspect(ConnectionNumber /*connection*/) override {}  // the client joins another one
  void worn(ConnectionNumber /*connection*/) override {}     // the same
  void ended(CloseReason /*reason*/) override {
    standing->is_over = true;
    server_.forget(name);
  }

  // From any thread: it ends, and goes, on its own.
  static void end(std::shared_ptr<Served> served) {
    served->standing->is_over = true;
    io::Loop& loop = served->host->loop();
    loop.post([served = std::move(served)] { served->host->close(CloseReason::server); });
  }

  const SessionId name;
  const Endpoint client;
  const std::shared_ptr<Host> host;
  const std::shared_ptr<Standing> standing = std::make_shared<Standing>();
  SessionSecret secret;
  std::optional<CredentialHash> user;  // who it was made for, where only users have sessions

 private:
  Server& server_;
  std::shared_ptr<io::ConnectionLimits> limits_;  // outlives the place
  io::ConnectionLimits::Place place_;
};

}  // namespace rozaneh::tunnel
