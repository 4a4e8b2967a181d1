#include "lab/probe/runner.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "io/descriptor.h"
#include "io/error.h"
#include "io/socket_address.h"
#include "lab/probe/address.h"

namespace rozaneh::lab {
namespace {

constexpr std::size_t kMostKept = 256;

Moment now() { return std::chrono::steady_clock::now().time_since_epoch(); }

// One probe on its way.
class Flight {
 public:
  Flight(Probe probe, Moment starts) : probe_(std::move(probe)), at_(starts) {
    reaction_.probe = probe_.name;
  }

  enum class State { waiting, connecting, talking, over };
  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] Moment wakes_at() const { return at_; }
  [[nodiscard]] const Reaction& reaction() const { return reaction_; }

  [[nodiscard]] pollfd watched() const {
    const bool writes = state_ == State::connecting || !unsent_.empty();
    return {socket_.number(), static_cast<short>(POLLIN | (writes ? POLLOUT : 0)), 0};
  }

  void start(const Probing& probing) {
    const auto server = io::to_socket_address(probing.server);
    socket_ = io::Descriptor(socket(server.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    began_ = now();
    at_ = began_ + probing.patience;
    state_ = State::connecting;
    if (!socket_.is_open()) return end(Reaction::End::refused);
    if (probing.source) {
      const auto own = io::to_socket_address({*probing.source, 0});
      if (bind(socket_.number(), own.get(), own.size) != 0) return end(Reaction::End::refused);
    }
    if (connect(socket_.number(), server.get(), server.size) != 0 && errno != EINPROGRESS)
      end(Reaction::End::refused);
  }

  void look(short ready) {
    if (state_ == State::connecting && ready != 0) connected();
    if (state_ == State::talking && (ready & POLLOUT) != 0) write();
    if (state_ == State::talking && (ready & (POLLIN | POLLHUP | POLLERR)) != 0) read();
  }

  void give_up() { end(state_ == State::connecting ? Reaction::End::refused : Reaction::End::timeout); }

 private:
  void connected() {
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(socket_.number(), SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0)
      return end(Reaction::End::refused);
    state_ = State::talking;
    at_ += now() - began_;
    began_ = now();
    unsent_ = probe_.conversation->begin();
    write();
  }

  void write() {
    while (!unsent_.empty()) {
      const ssize_t count = send(socket_.number(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
      if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
      if (count < 0) return end(Reaction::End::reset);
      reaction_.sent += static_cast<std::size_t>(count);
      unsent_.erase(unsent_.begin(), unsent_.begin() + count);
    }
  }

  void read() {
    std::array<std::uint8_t, 16384> bytes{};
    const ssize_t count = recv(socket_.number(), bytes.data(), bytes.size(), 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count < 0) return end(Reaction::End::reset);
    if (count == 0) return end(Reaction::End::closed);
    const Bytes got = Bytes(bytes).first(static_cast<std::size_t>(count));
    reaction_.answered += got.size();
    append(reaction_.answer, got.first(std::min(got.size(), kMostKept - reaction_.answer.size())));
    append(unsent_, probe_.conversation->take(got));
    write();
    if (state_ == State::talking && probe_.conversation->is_done()) end(Reaction::End::answered);
  }

  void end(Reaction::End how) {
    reaction_.end = how;
    reaction_.after = now() - began_;
    reaction_.confirmed = probe_.conversation->is_confirmed();
    state_ = State::over;
    socket_.close();
  }

  Probe probe_;
  Reaction reaction_;
  Buffer unsent_;
  io::Descriptor socket_;
  State state_ = State::waiting;
  Moment at_;  // when it starts, then when it is given up
  Moment began_{};
};

bool is_open(const Flight& flight) {
  return flight.state() == Flight::State::connecting || flight.state() == Flight::State::talking;
}

// Waits for whatever is next in any of them, and does it.
Result<> advance(std::vector<Flight>& flights, const Probing& probing) {
  std::vector<pollfd> watched;
  std::vector<Flight*> owners;
  Moment wakes_at = Moment::max();
  for (Flight& each : flights) {
    if (each.state() == Flight::State::over) continue;
    wakes_at = std::min(wakes_at, each.wakes_at());
    if (!is_open(each)) continue;
    watched.push_back(each.watched());
    owners.push_back(&each);
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(wakes_at - now()).count();
  const int wait = static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
  if (poll(watched.data(), watched.size(), wait) < 0 && errno != EINTR)
    return std::unexpected(io::from_errno(errno, "wait for a server"));
  for (std::size_t i = 0; i < owners.size(); ++i) owners[i]->look(watched[i].revents);
  for (Flight& each : flights) {
    if (each.state() == Flight::State::over || each.wakes_at() > now()) continue;
    if (each.state() == Flight::State::waiting)
      each.start(probing);
    else
      each.give_up();
  }
  return {};
}

// All of one stage. false: it was enough.
Result<bool> fly(std::vector<Flight>& flights, const Probing& probing, std::vector<Reaction>& reactions) {
  while (!flights.empty()) {
    if (auto done = advance(flights, probing); !done) return std::unexpected(done.error());
    for (const Flight& each : flights) {
      if (each.state() != Flight::State::over) continue;
      reactions.push_back(each.reaction());
      if (probing.heard && !probing.heard(reactions.back())) return false;
    }
    std::vector<Flight> rest;
    for (Flight& each : flights)
      if (each.state() != Flight::State::over) rest.push_back(std::move(each));
    flights.swap(rest);
  }
  return true;
}

bool replay_was_answered(const std::vector<Reaction>& reactions) {
  return std::ranges::any_of(reactions, [](const Reaction& each) {
    return (each.probe == "R1" || each.probe == "R2") && each.answered > 0;
  });
}

}  // namespace

Result<std::vector<Reaction>> run_probes(std::vector<Probe> probes, const Probing& probing) {
  std::vector<Reaction> reactions;
  if (!may_be_probed(probing.server.address)) return reactions;
  for (unsigned stage = 1; !probes.empty(); ++stage) {
    if (stage > 1 && !replay_was_answered(reactions)) break;
    std::vector<Flight> flights;
    std::vector<Probe> later;
    for (Probe& each : probes) {
      if (each.stage > stage) {
        later.push_back(std::move(each));
        continue;
      }
      const Moment wait = probing.delay ? probing.delay(each) : Moment();
      flights.emplace_back(std::move(each), now() + wait);
    }
    probes = std::move(later);
    const auto goes_on = fly(flights, probing, reactions);
    if (!goes_on) return std::unexpected(goes_on.error());
    if (!*goes_on) break;
  }
  return reactions;
}

}  // namespace rozaneh::lab
