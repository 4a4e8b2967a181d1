// The streams that a server has, found by their number from whatever connection a request comes on.
//
// Requests of one stream come on several connections, and those may be on several loops: what they share is
// locked for a moment at a time, and who waits for it waits on its own loop.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "io/event.h"
#include "io/server.h"
#include "transport/http/server_side.h"

namespace rozaneh::http {

// One stream, as long as anybody knows it.
class Shared {
 public:
  // Who waits for a change. Belongs to its loop; nobody holds it who outlives that.
  class Waiter {
   public:
    Waiter(io::Loop& loop, Shared& shared);
    ~Waiter();
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    // Until something may have changed since `seen`, or the time has come.
    io::Task<> wait(std::uint64_t seen, io::Clock::time_point until = io::Clock::time_point::max());

   private:
    friend class Shared;
    io::Loop& loop_;
    Shared& shared_;
    std::shared_ptr<io::Event> event_;
  };

  // Looks at it or changes it. Where `look` answers true, who waits is told.
  template <class Look>
  std::uint64_t with(const Look& look) {
    const std::scoped_lock held(mutex_);
    if (look(*this)) changed();
    return changes_;
  }

  // To be touched inside of `with`.
  ServerSide side;
  bool reset = false;                             // given up, by either side
  bool forgotten = false;                         // for nobody asked for it any more, or it is over
  std::uint64_t asked = 0;                        // GETs, of which the last alone is to be waited for
  io::Clock::time_point last = io::Clock::now();  // of its requests

 private:
  void changed();

  std::mutex mutex_;
  std::vector<Waiter*> waiters_;
  std::uint64_t changes_ = 0;
};

struct StreamLimits {
  std::size_t streams = 1024;                                     // that are not over
  io::Clock::duration forgotten_after = std::chrono::minutes(2);  // without a request
};

class Streams {
 public:
  explicit Streams(StreamLimits limits) : limits_(limits) {}

  [[nodiscard]] std::shared_ptr<Shared> find(const StreamId& id) const;

  // The stream of that number; made and given to `inside`, on this loop, where there is none. Null: there
  // are too many.
  std::shared_ptr<Shared> open(io::Loop& loop, const StreamId& id, io::Handler& inside, Endpoint from);

  [[nodiscard]] const StreamLimits& limits() const { return limits_; }

 private:
  void forget_old();

  StreamLimits limits_;
  mutable std::mutex mutex_;
  std::map<StreamId, std::shared_ptr<Shared>> streams_;
};

// The stream for who uses it. Lives on `loop`. Where no request comes for `forgotten_after`, it is reset.
io::StreamPtr server_stream(io::Loop& loop, std::shared_ptr<Shared> shared,
                            io::Clock::duration forgotten_after);

}  // namespace rozaneh::http
