#include "lab/path/forwarder.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "io/error.h"

namespace rozaneh::lab {

Moment Forwarder::now() { return std::chrono::steady_clock::now().time_since_epoch(); }

// In milliseconds, rounded up, for poll().
int Forwarder::time_to_wake() const {
  const Moment at = middlebox_.wakes_at();
  if (at == Middlebox::kNever) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(at - now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max()));
}

void Forwarder::carry(Side from) {
  const Moment time = now();
  for (const MutableBytes frame : socket(from).receive()) {
    ++counts_.frames;
    middlebox_.take(from, frame, time, *this);
  }
  flush();
}

void Forwarder::flush() {
  for (PacketSocket& each : sockets_) counts_.lost += each.flush();
  own_.clear();
}

Result<bool> Forwarder::run_once(int also) {
  std::array<pollfd, 3> waiting{
      {{sockets_[0].descriptor(), POLLIN, 0}, {sockets_[1].descriptor(), POLLIN, 0}, {also, POLLIN, 0}}};
  const int ready = poll(waiting.data(), waiting.size(), time_to_wake());
  if (ready < 0 && errno != EINTR) return std::unexpected(io::from_errno(errno, "wait for frames"));
  if (middlebox_.wakes_at() <= now()) {
    middlebox_.wake(now(), *this);
    flush();
  }
  if (ready <= 0) return false;
  if ((waiting[0].revents & POLLIN) != 0) carry(Side::client);
  if ((waiting[1].revents & POLLIN) != 0) carry(Side::server);
  return (waiting[2].revents & (POLLIN | POLLHUP)) != 0;
}

}  // namespace rozaneh::lab
