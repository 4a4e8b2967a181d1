#include "proxy/tunnels.h"

#include "io/holding_stream.h"

namespace rozaneh::proxy {
namespace {

// All ways to one server, which race for each connection; the one that won last has its head start.
class RacingWays final : public tunnel::Carrier, private RaceReport {
 public:
  // `spare` was opened by the first of them.
  RacingWays(Candidates ways, RawDialer raw, io::StreamPtr spare, std::function<void(const Error&)> shut_out)
      : ways_(std::move(ways)),
        raw_(std::move(raw)),
        spare_(std::move(spare)),
        shut_out_(std::move(shut_out)) {}

  io::Task<Result<io::StreamPtr>> dial(io::Loop& loop, std::size_t at_once) override {
    if (spare_) co_return io::holding(std::move(spare_), ways_.front());
    auto victory = co_await run_race(loop, ways_, plan(at_once), raw_, *this);
    if (!victory) co_return std::unexpected(victory.error());
    preferred_ = victory->index;
    co_return io::holding(std::move(victory->stream), ways_[preferred_]);
  }

  void wasted() override { preferred_ = (preferred_ + 1) % ways_.size(); }
  void shut_out(const Error& why) override { shut_out_(why); }

 private:
  [[nodiscard]] Race plan(std::size_t at_once) const {
    std::vector<Rival> rivals;
    for (const CandidatePtr& way : ways_)
      rivals.push_back({.server = way->server(), .transport = way->transport()});
    rivals[preferred_].rank = 1;
    Race::Options options;
    options.at_once = std::min(options.at_once, at_once);
    return {std::move(rivals), options};
  }

  // A session that goes on says nothing of it.
  void started(std::size_t /*index*/) override {}
  void failed(std::size_t /*index*/, io::Clock::duration /*took*/, const Error& /*error*/) override {}
  void lost(std::size_t /*index*/, io::Clock::duration /*took*/) override {}

  Candidates ways_;
  RawDialer raw_;
  io::StreamPtr spare_;
  std::function<void(const Error&)> shut_out_;
  std::size_t preferred_ = 0;
};

}  // namespace

std::shared_ptr<tunnel::Client> Tunnels::current(io::Loop& loop) {
  const std::scoped_lock lock(mutex_);
  const auto found = current_.find(&loop);
  return found == current_.end() ? nullptr : found->second.lock();
}

io::Task<> Tunnels::Search::wait() {
  while (!is_over_) co_await over_.wait();
}

void Tunnels::Search::end() {
  is_over_ = true;
  over_.notify();
}

std::shared_ptr<Tunnels::Search> Tunnels::search(io::Loop& loop) {
  const std::scoped_lock lock(mutex_);
  const auto found = searches_.find(&loop);
  return found == searches_.end() ? nullptr : found->second.lock();
}

std::shared_ptr<Tunnels::Search> Tunnels::begin_search(io::Loop& loop) {
  auto search = std::make_shared<Search>(loop);
  const std::scoped_lock lock(mutex_);
  searches_[&loop] = search;
  return search;
}

std::shared_ptr<tunnel::Client> Tunnels::make(io::Loop& loop, const std::shared_ptr<WayDialer>& first,
                                              io::StreamPtr stream, const Candidates& all,
                                              std::function<void(const Error&)> shut_out) {
  Candidates ways{first};
  for (const CandidatePtr& each : all) {
    // All candidates here are ways.
    const auto way = std::static_pointer_cast<WayDialer>(each);
    if (way != first && way->tunnel_key() == first->tunnel_key()) ways.push_back(way);
  }
  const auto carrier =
      std::make_shared<RacingWays>(std::move(ways), raw_, std::move(stream), std::move(shut_out));
  const std::scoped_lock lock(mutex_);
  auto client = tunnel::Client::make(
      loop, {.server = *first->tunnel_key(), .credential = first->credential(), .policy = policy_}, carrier);
  current_[&loop] = client;
  all_.add(loop, client);
  return client;
}

void Tunnels::use(const tunnel::Policy& policy) {
  {
    const std::scoped_lock lock(mutex_);
    policy_ = policy;
  }
  all_.tell([policy](tunnel::Client& client) { client.use(policy); });
}

void Tunnels::drop(io::Loop& loop, const std::shared_ptr<tunnel::Client>& client) {
  const std::scoped_lock lock(mutex_);
  const auto found = current_.find(&loop);
  if (found != current_.end() && found->second.lock() == client) current_.erase(found);
}

}  // namespace rozaneh::proxy
