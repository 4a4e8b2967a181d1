#include "io/deadline.h"

namespace rozaneh::io {

Deadline::Deadline(Loop& loop, Clock::duration limit, Stream& stream)
    : Deadline(loop, limit, [&stream] { stream.abort(); }) {}

Deadline::Deadline(Loop& loop, Clock::duration limit, std::function<void()> give_up)
    : timer_(loop.executor(), limit) {
  const std::weak_ptr<bool> watched = passed_;
  timer_.async_wait([watched, give_up = std::move(give_up)](const boost::system::error_code& cancelled) {
    const auto passed = watched.lock();
    if (cancelled || !passed) return;
    *passed = true;
    give_up();
  });
}

}  // namespace rozaneh::io
