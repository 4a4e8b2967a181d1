// Finds the candidate to use, and knows which one that is.
#pragma once

#include <map>
#include <mutex>
#include <optional>

#include "proxy/memory.h"
#include "proxy/run_race.h"

namespace rozaneh::proxy {

// Used from several loops at once. There is one race at a time: who asks during one waits for its end.
class Racer {
 public:
  // Memory and observer outlive it; the candidates are not empty.
  Racer(Candidates candidates, RawDialer raw, Memory& memory, Observer& observer, Race::Options options);

  struct Reached {
    CandidatePtr candidate;
    io::StreamPtr stream;
    bool has_worked = false;  // here, before
  };

  // A stream of the one that is in use, or, where that fails or there is none, of the winner of a race. Fails
  // when none answers.
  io::Task<Result<Reached>> reach(io::Loop& loop);

  // Races now among all, whoever is in use: that one stays until somebody has won. Answers whether somebody
  // has. The first who asks for a stream on this loop gets the winner's, if that is within ten seconds.
  io::Task<bool> find(io::Loop& loop, std::string why);

  // The same among all but the one in use, which stays if nobody wins.
  io::Task<bool> find_other(io::Loop& loop, std::string why);

  // It does not do any more: the next `reach` races.
  void lost(const CandidatePtr& candidate, io::Clock::duration took, const Error& error);
  // Its server does not want us: it is left out for ten minutes, or until the list is another one, and where
  // none is left that is why. Answers whether that is news.
  bool shut_out(const CandidatePtr& candidate, const Error& error);
  // It works, but leads to a server that is about to end, as those of `all` do: as long as there are others,
  // these are not tried for half a minute. Nothing bad is remembered of them.
  void avoid(const CandidatePtr& candidate, const Candidates& all, io::Clock::duration took,
             const Error& error);

  // It carried what was asked for.
  void worked();

  void replace(Candidates candidates);

  // Never tries more than this at once, nor more than it would of itself.
  void limit(std::size_t at_once);

  [[nodiscard]] CandidatePtr current();
  [[nodiscard]] Candidates candidates();

 private:
  struct Waiter;
  class Report;
  // A stream that won, for who asks next.
  struct Spare {
    io::Loop* loop = nullptr;
    std::optional<Reached> reached;
  };

  std::optional<Reached> take_spare(io::Loop& loop);
  void keep_spare(io::Loop& loop, Reached reached);
  io::Task<> drop_spare(io::Loop& loop, std::shared_ptr<Spare> spare);

  io::Task<Result<Reached>> race(io::Loop& loop, std::string why, bool with_current);
  io::Task<Result<Reached>> reach_current(io::Loop& loop, CandidatePtr candidate);
  io::Task<Result<Reached>> run(io::Loop& loop, std::string why, bool with_current);
  Candidates rivals(bool with_current);
  Error why_none();
  bool is_avoided(const CandidatePtr& candidate);
  bool avoids(const CandidatePtr& candidate, io::Clock::time_point now);
  Error last_error();
  io::Clock::duration patience();
  Race plan(const Candidates& candidates);
  void won(const CandidatePtr& candidate, io::Clock::duration took);
  void fail_all(const Error& error);
  void end_race();
  std::shared_ptr<Waiter> join(io::Loop& loop);  // null: nobody races, and it is for the caller to do it

  RawDialer raw_;
  Memory& memory_;
  Observer& observer_;
  Race::Options options_;

  std::mutex mutex_;
  Candidates list_;
  CandidatePtr current_;
  io::Clock::duration took_{};  // by the current one, when it won
  struct Shut {
    io::Clock::time_point until;
    Error why;
  };
  std::map<CandidatePtr, Shut> shut_;
  std::map<CandidatePtr, io::Clock::time_point> avoided_;  // until then
  bool held_back_ = false;
  bool racing_ = false;
  std::vector<std::shared_ptr<Waiter>> waiting_;
  Error last_;
  std::weak_ptr<Spare> spare_;  // owned by the task that drops it, so that it goes with its loop
};

}  // namespace rozaneh::proxy
