#include "transport/http/streams.h"

#include <algorithm>

#include "io/deadline.h"

namespace rozaneh::http {

Shared::Waiter::Waiter(io::Loop& loop, Shared& shared)
    : loop_(loop), shared_(shared), event_(std::make_shared<io::Event>(loop)) {
  const std::scoped_lock held(shared_.mutex_);
  shared_.waiters_.push_back(this);
}

Shared::Waiter::~Waiter() {
  const std::scoped_lock held(shared_.mutex_);
  std::erase(shared_.waiters_, this);
}

// What is posted between the look and the wait comes after it: both are on this loop's thread. What changed
// between the look and here is seen by its number.
io::Task<> Shared::Waiter::wait(std::uint64_t seen, io::Clock::time_point until) {
  const auto event = event_;
  {
    const std::scoped_lock held(shared_.mutex_);
    if (shared_.changes_ != seen) co_return;
  }
  if (until == io::Clock::time_point::max()) co_return co_await event->wait();
  const io::Deadline limit(loop_, until - io::Clock::now(), [event] { event->notify(); });
  co_await event->wait();
}

void Shared::changed() {
  ++changes_;
  for (const Waiter* waiter : waiters_)
    waiter->loop_.post([event = std::weak_ptr(waiter->event_)] {
      if (const auto waiting = event.lock()) waiting->notify();
    });
}

std::shared_ptr<Shared> Streams::find(const StreamId& id) const {
  const std::scoped_lock held(mutex_);
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : found->second;
}

std::shared_ptr<Shared> Streams::open(io::Loop& loop, const StreamId& id, io::Handler& inside,
                                      Endpoint from) {
  std::shared_ptr<Shared> made;
  {
    const std::scoped_lock held(mutex_);
    forget_old();
    if (const auto found = streams_.find(id); found != streams_.end()) return found->second;
    if (streams_.size() >= limits_.streams) return nullptr;
    made = std::make_shared<Shared>();
    streams_.emplace(id, made);
  }
  loop.spawn(inside.serve(loop, server_stream(loop, made, limits_.forgotten_after), from));
  return made;
}

// One that is over is kept a while for requests that come twice.
void Streams::forget_old() {
  const auto now = io::Clock::now();
  std::erase_if(streams_, [&](const auto& entry) {
    bool gone = false;
    entry.second->with([&](Shared& shared) {
      gone = shared.forgotten && now - shared.last > limits_.forgotten_after / 4;
      return false;
    });
    return gone;
  });
}

}  // namespace rozaneh::http
