#include "proxy/run_race.h"

#include <map>

#include "io/deadline.h"
#include "io/error.h"
#include "io/event.h"
#include "io/stoppable.h"
#include "proxy/watched_dialer.h"

namespace rozaneh::proxy {
namespace {

// Any candidate would fail as this one did.
bool of_this_machine(const Error& error) { return error.is(io::IoError::no_descriptors); }

// What attempts and who waits for them share; an attempt that is stopped may outlive the race for a moment.
struct Track {
  Track(io::Loop& l, Candidates c, Race p, RawDialer r, RaceReport& told)
      : loop(l), candidates(std::move(c)), plan(std::move(p)), raw(std::move(r)), report(&told), changed(l) {}

  struct Attempt {
    io::Clock::time_point begun;
    std::shared_ptr<SignOfLife> sign;
    std::unique_ptr<io::Stoppable> task;
    bool failed = false;
  };

  io::Loop& loop;
  Candidates candidates;
  Race plan;
  RawDialer raw;
  RaceReport* report;  // null after the race
  io::Event changed;
  std::map<std::size_t, Attempt> attempts;
  std::optional<Victory> victory;
  Error last{io::IoError::unreachable};
  bool broken = false;

  [[nodiscard]] bool over() const { return victory || broken || plan.over(); }
};

using TrackPtr = std::shared_ptr<Track>;

void ended(Track& track, std::size_t index, Result<io::StreamPtr> stream) {
  const auto found = track.attempts.find(index);
  if (track.over() || found == track.attempts.end()) return;
  const auto took = io::Clock::now() - found->second.begun;
  if (stream) {
    track.victory = Victory{.index = index, .stream = std::move(*stream), .took = took};
  } else {
    found->second.failed = true;
    track.last = stream.error();
    track.broken = of_this_machine(track.last);
    track.plan.failed(index);
    if (!track.broken) track.report->failed(index, took, track.last);
  }
  track.changed.notify();
}

// The sign goes with the attempt: one that was stopped is not taken for the candidate's next try.
io::Task<> attempt(TrackPtr track, std::size_t index, std::weak_ptr<SignOfLife> sign) {
  WatchedDialer dialer(track->raw(track->loop), sign);
  const CandidatePtr candidate = track->candidates[index];
  auto stream = co_await candidate->dial(track->loop, dialer);
  if (track->report != nullptr && !sign.expired()) ended(*track, index, std::move(stream));
}

void launch(const TrackPtr& track, std::size_t index) {
  track->report->started(index);
  auto sign =
      std::make_shared<SignOfLife>([&plan = track->plan, index] { plan.heard(index, io::Clock::now()); });
  Track::Attempt& entry = track->attempts[index];
  entry.begun = io::Clock::now();
  entry.sign = sign;
  entry.task = std::make_unique<io::Stoppable>(track->loop, attempt(track, index, sign));
}

void give_up(Track& track, std::size_t index) {
  const auto found = track.attempts.find(index);
  const auto took = io::Clock::now() - found->second.begun;
  track.attempts.erase(found);
  track.last = Error(io::IoError::timed_out, "others were tried meanwhile");
  track.report->failed(index, took, track.last);
}

void move_on(const TrackPtr& track) {
  const auto now = io::Clock::now();
  while (const auto index = track->plan.give_up(now)) give_up(*track, *index);
  while (const auto index = track->plan.start(now)) launch(track, *index);
}

// Ends whoever still tries, also when the task that races is destroyed.
class Finish {
 public:
  explicit Finish(TrackPtr track) : track_(std::move(track)) {}
  Finish(const Finish&) = delete;
  Finish& operator=(const Finish&) = delete;
  ~Finish() {
    track_->report = nullptr;
    track_->attempts.clear();
  }

 private:
  TrackPtr track_;
};

void tell_losers(Track& track) {
  track.attempts.erase(track.victory->index);
  for (const auto& [index, entry] : track.attempts)
    if (!entry.failed) track.report->lost(index, io::Clock::now() - entry.begun);
}

io::Task<> wait(TrackPtr track) {
  const auto wake = track->plan.wake();
  std::optional<io::Deadline> limit;
  if (wake) {
    const auto left = std::max(io::Clock::duration::zero(), *wake - io::Clock::now());
    limit.emplace(track->loop, left, [&changed = track->changed] { changed.notify(); });
  }
  co_await track->changed.wait();
}

struct Alone {
  explicit Alone(io::Loop& loop) : changed(loop) {}
  io::Event changed;
  std::optional<Result<io::StreamPtr>> outcome;
};

io::Task<> dial_alone(std::shared_ptr<Alone> alone, io::Loop& loop, CandidatePtr candidate,
                      std::unique_ptr<io::Dialer> raw) {
  auto stream = co_await candidate->dial(loop, *raw);
  alone->outcome = std::move(stream);
  alone->changed.notify();
}

}  // namespace

io::Task<Result<Victory>> run_race(io::Loop& loop, Candidates candidates, Race plan, RawDialer raw,
                                   RaceReport& report) {
  const auto track =
      std::make_shared<Track>(loop, std::move(candidates), std::move(plan), std::move(raw), report);
  const Finish finish(track);
  for (;;) {
    move_on(track);
    if (track->over()) break;
    co_await wait(track);
    if (track->over()) break;
  }
  if (!track->victory) co_return std::unexpected(track->last);
  tell_losers(*track);
  co_return std::move(*track->victory);
}

io::Task<Result<io::StreamPtr>> dial_within(io::Loop& loop, CandidatePtr candidate, RawDialer raw,
                                            io::Clock::duration limit) {
  const auto alone = std::make_shared<Alone>(loop);
  const io::Stoppable task(loop, dial_alone(alone, loop, std::move(candidate), raw(loop)));
  const io::Deadline deadline(loop, limit, [alone] { alone->changed.notify(); });
  while (!alone->outcome && !deadline.passed()) co_await alone->changed.wait();
  if (!alone->outcome) co_return fail(io::IoError::timed_out);
  co_return std::move(*alone->outcome);
}

}  // namespace rozaneh::proxy
