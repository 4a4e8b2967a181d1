#include "proxy/racer.h"

#include <algorithm>

#include "io/error.h"
#include "io/event.h"

namespace rozaneh::proxy {
namespace {

// How long the one in use may be silent before others are tried: a multiple of what it took when it won.
constexpr std::chrono::milliseconds kLeastPatience{1500};
constexpr int kTimesUsual = 4;
constexpr std::chrono::seconds kSpareLife{10};
constexpr std::chrono::minutes kShutOut{10};
constexpr std::chrono::seconds kAvoided{30};
constexpr std::chrono::seconds kOnlyOne{60};  // with nobody else to try, its own limits count

}  // namespace

// Waits on its own loop for a race on another one.
struct Racer::Waiter {
  explicit Waiter(io::Loop& l) : loop(l), changed(l) {}
  io::Loop& loop;
  io::Event changed;
  bool over = false;
};

class Racer::Report final : public RaceReport {
 public:
  Report(Racer& racer, const Candidates& candidates) : racer_(racer), candidates_(candidates) {}

  void started(std::size_t index) override { racer_.observer_.candidate_started(*candidates_[index]); }
  void failed(std::size_t index, io::Clock::duration took, const Error& error) override {
    racer_.lost(candidates_[index], took, error);
  }
  void lost(std::size_t index, io::Clock::duration took) override {
    racer_.observer_.candidate_lost(*candidates_[index], took);
  }

 private:
  Racer& racer_;
  const Candidates& candidates_;
};

Racer::Racer(Candidates candidates, RawDialer raw, Memory& memory, Observer& observer, Race::Options options)
    : raw_(std::move(raw)),
      memory_(memory),
      observer_(observer),
      options_(options),
      list_(std::move(candidates)),
      last_(io::IoError::unreachable) {}

CandidatePtr Racer::current() {
  const std::scoped_lock lock(mutex_);
  return current_;
}

Error Racer::last_error() {
  const std::scoped_lock lock(mutex_);
  return last_;
}

Candidates Racer::candidates() {
  const std::scoped_lock lock(mutex_);
  return list_;
}

void Racer::replace(Candidates candidates) {
  const std::scoped_lock lock(mutex_);
  list_ = std::move(candidates);
  current_ = nullptr;
  shut_.clear();
}

bool Racer::shut_out(const CandidatePtr& candidate, const Error& error) {
  const std::scoped_lock lock(mutex_);
  if (current_ == candidate) current_ = nullptr;
  const auto until = io::Clock::now() + kShutOut;
  return shut_.insert_or_assign(candidate, Shut(until, error)).second;
}

void Racer::limit(std::size_t at_once) {
  const std::scoped_lock lock(mutex_);
  options_.at_once = std::min(Race::Options().at_once, at_once);
}

void Racer::worked() {
  const std::scoped_lock lock(mutex_);
  held_back_ = false;
}

void Racer::won(const CandidatePtr& candidate, io::Clock::duration took) {
  bool news = true;
  {
    const std::scoped_lock lock(mutex_);
    news = current_ != candidate;
    // A list that came meanwhile may not have it any more.
    if (std::ranges::find(list_, candidate) != list_.end()) current_ = candidate;
    took_ = took;
    held_back_ = false;
  }
  memory_.succeeded(*candidate, took);
  if (news) observer_.way_changed(*candidate, took, nullptr);
}

void Racer::lost(const CandidatePtr& candidate, io::Clock::duration took, const Error& error) {
  memory_.failed(*candidate);
  observer_.way_changed(*candidate, took, &error);
  const std::scoped_lock lock(mutex_);
  if (current_ == candidate) current_ = nullptr;  // else another connection has moved on already
}

void Racer::avoid(const CandidatePtr& candidate, const Candidates& all, io::Clock::duration took,
                  const Error& error) {
  observer_.way_changed(*candidate, took, &error);
  const auto now = io::Clock::now();
  const std::scoped_lock lock(mutex_);
  std::erase_if(avoided_, [now](const auto& entry) { return entry.second <= now; });
  for (const CandidatePtr& each : all) avoided_[each] = now + kAvoided;
  if (std::ranges::find(all, current_) != all.end()) current_ = nullptr;
}

bool Racer::avoids(const CandidatePtr& candidate, io::Clock::time_point now) {
  const auto found = avoided_.find(candidate);
  return found != avoided_.end() && found->second > now;
}

bool Racer::is_avoided(const CandidatePtr& candidate) {
  const std::scoped_lock lock(mutex_);
  return avoids(candidate, io::Clock::now());
}

void Racer::fail_all(const Error& error) {
  bool news = false;
  {
    const std::scoped_lock lock(mutex_);
    last_ = error;
    news = error.is(io::IoError::no_descriptors) && !std::exchange(held_back_, true);
  }
  if (news) observer_.held_back(error);
}

std::shared_ptr<Racer::Waiter> Racer::join(io::Loop& loop) {
  const std::scoped_lock lock(mutex_);
  if (!std::exchange(racing_, true)) return nullptr;
  waiting_.push_back(std::make_shared<Waiter>(loop));
  return waiting_.back();
}

void Racer::end_race() {
  std::vector<std::shared_ptr<Waiter>> waiting;
  {
    const std::scoped_lock lock(mutex_);
    racing_ = false;
    waiting.swap(waiting_);
  }
  for (const auto& waiter : waiting)
    waiter->loop.post([waiter] {
      waiter->over = true;
      waiter->changed.notify();
    });
}

Candidates Racer::rivals(bool with_current) {
  const std::scoped_lock lock(mutex_);
  Candidates all = list_;
  if (!with_current) std::erase(all, current_);
  const auto now = io::Clock::now();
  std::erase_if(shut_, [now](const auto& entry) { return entry.second.until <= now; });
  std::erase_if(all, [this](const CandidatePtr& candidate) { return shut_.contains(candidate); });
  const bool some_left = std::ranges::any_of(all, [&](const auto& each) { return !avoids(each, now); });
  if (some_left) std::erase_if(all, [&](const auto& each) { return avoids(each, now); });
  return all;
}

Error Racer::why_none() {
  const std::scoped_lock lock(mutex_);
  if (!shut_.empty()) return shut_.begin()->second.why;
  return {io::IoError::unreachable, "there is no other way"};
}

Race Racer::plan(const Candidates& candidates) {
  std::vector<Rival> rivals;
  for (const CandidatePtr& candidate : candidates) {
    const Standing standing = memory_.standing(*candidate);
    rivals.push_back({.server = candidate->server(),
                      .transport = candidate->transport(),
                      .rank = standing.rank,
                      .worth = standing.worth});
  }
  const std::scoped_lock lock(mutex_);
  return {std::move(rivals), options_};
}

io::Task<Result<Racer::Reached>> Racer::run(io::Loop& loop, std::string why, bool with_current) {
  const Candidates all = rivals(with_current);
  if (all.empty()) {
    const Error nobody = why_none();
    fail_all(nobody);
    co_return std::unexpected(nobody);
  }
  observer_.race_started(all.size(), why);
  Report report(*this, all);
  auto victory = co_await run_race(loop, all, plan(all), raw_, report);
  if (!victory) {
    fail_all(victory.error());
    co_return std::unexpected(victory.error());
  }
  const CandidatePtr& winner = all[victory->index];
  Reached reached;
  reached.has_worked = memory_.standing(*winner).rank > 1 && !is_avoided(winner);  // on this network
  won(winner, victory->took);
  reached.candidate = winner;
  reached.stream = std::move(victory->stream);
  co_return reached;
}

std::optional<Racer::Reached> Racer::take_spare(io::Loop& loop) {
  const std::scoped_lock lock(mutex_);
  const auto spare = spare_.lock();
  if (!spare || spare->loop != &loop || !spare->reached) return std::nullopt;
  if (spare->reached->candidate != current_) return std::nullopt;
  return std::exchange(spare->reached, std::nullopt);
}

void Racer::keep_spare(io::Loop& loop, Reached reached) {
  const auto spare = std::make_shared<Spare>();
  spare->loop = &loop;
  spare->reached = std::move(reached);
  {
    const std::scoped_lock lock(mutex_);
    spare_ = spare;
  }
  loop.spawn(drop_spare(loop, spare));
}

io::Task<> Racer::drop_spare(io::Loop& loop, std::shared_ptr<Spare> spare) {
  co_await loop.sleep(kSpareLife);
  const std::scoped_lock lock(mutex_);
  spare->reached.reset();
}

io::Task<bool> Racer::find(io::Loop& loop, std::string why) {
  auto reached = co_await race(loop, std::move(why), true);
  if (reached) keep_spare(loop, std::move(*reached));
  co_return reached.has_value();
}

io::Task<bool> Racer::find_other(io::Loop& loop, std::string why) {
  const auto reached = co_await race(loop, std::move(why), false);
  co_return reached.has_value();
}

io::Task<Result<Racer::Reached>> Racer::race(io::Loop& loop, std::string why, bool with_current) {
  const auto other = join(loop);
  if (!other) {
    auto reached = co_await run(loop, std::move(why), with_current);
    end_race();
    co_return reached;
  }
  while (!other->over) co_await other->changed.wait();
  auto spare = take_spare(loop);
  if (spare) co_return std::move(*spare);
  CandidatePtr winner = current();
  if (!winner) co_return std::unexpected(last_error());
  co_return co_await reach_current(loop, std::move(winner));
}

io::Clock::duration Racer::patience() {
  const std::scoped_lock lock(mutex_);
  if (list_.size() == 1) return kOnlyOne;
  return std::max<io::Clock::duration>(kLeastPatience, kTimesUsual * took_);
}

io::Task<Result<Racer::Reached>> Racer::reach_current(io::Loop& loop, CandidatePtr candidate) {
  const auto begun = io::Clock::now();
  auto stream = co_await dial_within(loop, candidate, raw_, patience());
  if (!stream) {
    if (stream.error().is(io::IoError::no_descriptors)) {
      fail_all(stream.error());
    } else {
      lost(candidate, io::Clock::now() - begun, stream.error());
    }
    co_return std::unexpected(stream.error());
  }
  Reached reached;
  reached.has_worked = true;
  reached.candidate = std::move(candidate);
  reached.stream = std::move(*stream);
  co_return reached;
}

io::Task<Result<Racer::Reached>> Racer::reach(io::Loop& loop) {
  auto spare = take_spare(loop);
  if (spare) co_return std::move(*spare);
  CandidatePtr candidate = current();
  if (candidate) {
    auto reached = co_await reach_current(loop, std::move(candidate));
    const bool settled = reached || reached.error().is(io::IoError::no_descriptors);
    if (settled) co_return reached;
  }
  co_return co_await race(loop, "a connection was asked for", true);
}

}  // namespace rozaneh::proxy
