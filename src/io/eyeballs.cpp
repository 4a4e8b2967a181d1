#include "io/eyeballs.h"

#include "io/deadline.h"
#include "io/error.h"
#include "io/event.h"

namespace rozaneh::io {
namespace {

constexpr std::chrono::milliseconds kHeadStart{250};  // RFC 8305 section 5

// Shared by who waits and those that try, which may take longer than it waits.
struct Race {
  explicit Race(Loop& loop) : changed(loop) {}
  Event changed;
  StreamPtr winner;
  Error last{IoError::unreachable};
  unsigned under_way = 0;
  bool over = false;

  [[nodiscard]] bool open() const { return !winner && under_way > 0; }
};

Task<> attempt(std::shared_ptr<Race> race, Loop& loop, Endpoint endpoint, Clock::duration limit) {
  TcpDialer::Options options;
  options.time_limit = limit;
  TcpDialer dialer(loop, options);
  auto stream = co_await dialer.connect(endpoint);
  --race->under_way;
  if (!stream) {
    race->last = stream.error();
  } else if (!race->over && !race->winner) {
    race->winner = std::move(*stream);
  }
  race->changed.notify();
}

Task<> wait_a_little(Loop& loop, Race& race) {
  const Deadline head_start(loop, kHeadStart, [&race] { race.changed.notify(); });
  const unsigned before = race.under_way;
  while (!race.winner && race.under_way == before && !head_start.passed()) co_await race.changed.wait();
}

}  // namespace

Task<Result<StreamPtr>> connect_first(Loop& loop, std::vector<Endpoint> endpoints, Clock::duration limit) {
  if (endpoints.size() == 1) {
    TcpDialer::Options options;
    options.time_limit = limit;
    TcpDialer dialer(loop, options);
    co_return co_await dialer.connect(endpoints.front());
  }
  const auto race = std::make_shared<Race>(loop);
  for (const Endpoint& endpoint : endpoints) {
    ++race->under_way;
    loop.spawn(attempt(race, loop, endpoint, limit));
    co_await wait_a_little(loop, *race);
    if (race->winner) break;
  }
  while (race->open()) co_await race->changed.wait();
  race->over = true;
  if (!race->winner) co_return std::unexpected(race->last);
  co_return std::move(race->winner);
}

}  // namespace rozaneh::io
