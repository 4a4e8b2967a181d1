#include "io/server.h"

#include <algorithm>

#include "io/inheritance.h"

namespace rozaneh::io {

Result<Endpoint> Server::listen(const Endpoint& at, Handler& handler) {
  const bool goes_on = std::ranges::any_of(inherited_, [&at](const Descriptor& socket) {
    const auto there = local_endpoint(socket.number());
    return there && *there == at;
  });
  // A port that was ours may still be on its way to being closed.
  if (!goes_on && !ports_.contains(at.port)) {
    const auto is_free = Listener::check_free(loops_.first(), at);
    if (!is_free) return std::unexpected(is_free.error());
  }
  Endpoint taken = at;
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    Loop& loop = loops_[i];
    auto inherited = next_inherited(loop, taken);
    auto listener = inherited ? Result<Listener>(std::move(*inherited)) : Listener::open(loop, taken);
    // What somebody else has opened for us may be for one alone.
    if (!listener && goes_on && i > 0) break;
    if (!listener) return std::unexpected(listener.error());
    taken = listener->endpoint();
    listening_.push_back({&loop, std::make_shared<Listener>(std::move(*listener))});
    loop.spawn(accept_all(loop, listening_.back().listener, handler));
  }
  ports_.insert(taken.port);
  return taken;
}

std::optional<Listener> Server::next_inherited(Loop& loop, const Endpoint& at) {
  for (auto socket = inherited_.begin(); socket != inherited_.end(); ++socket) {
    const auto there = local_endpoint(socket->number());
    if (!there || *there != at) continue;
    auto listener = Listener::adopt(loop, std::move(*socket));
    inherited_.erase(socket);
    if (!listener) return std::nullopt;
    return std::move(*listener);
  }
  return std::nullopt;
}

std::vector<int> Server::descriptors() const {
  std::vector<int> all;
  for (const Listening& entry : listening_)
    if (const int descriptor = entry.listener->descriptor(); descriptor >= 0) all.push_back(descriptor);
  return all;
}

void Server::close(const Endpoint& at) {
  const auto gone = std::ranges::partition(
      listening_, [&at](const Listening& entry) { return entry.listener->endpoint() != at; });
  for (Listening& entry : gone) entry.loop->post([listener = entry.listener] { listener->close(); });
  listening_.erase(gone.begin(), gone.end());
}

void Server::close() {
  while (!listening_.empty()) close(Endpoint(listening_.back().listener->endpoint()));
}

Task<> Server::accept_all(Loop& loop, std::shared_ptr<Listener> listener, Handler& handler) {
  for (;;) {
    auto accepted = co_await listener->accept();
    if (!accepted) co_return;
    auto place = limits_.admit(accepted->peer.address);
    if (!place) continue;
    loop.spawn(serve_one(loop, std::move(accepted->stream), accepted->peer, handler, std::move(*place)));
  }
}

Task<> Server::serve_one(Loop& loop, StreamPtr stream, Endpoint peer, Handler& handler,
                         ConnectionLimits::Place place) {
  const ConnectionLimits::Place held = std::move(place);
  co_await handler.serve(loop, std::move(stream), peer);
}

}  // namespace rozaneh::io
