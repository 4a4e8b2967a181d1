// A race (race.h) over real connections.
#pragma once

#include "proxy/candidate.h"
#include "proxy/race.h"

namespace rozaneh::proxy {

struct Victory {
  std::size_t index = 0;
  io::StreamPtr stream;  // of the winner
  io::Clock::duration took{};
};

// Told how it goes, on the loop's thread.
class RaceReport {
 public:
  virtual ~RaceReport() = default;
  virtual void started(std::size_t index) = 0;
  virtual void failed(std::size_t index, io::Clock::duration took, const Error& error) = 0;
  virtual void lost(std::size_t index, io::Clock::duration took) = 0;
};

// Dials candidates as `plan` says until one answers; all others are ended. Each dials by a raw dialer of its
// own. Fails with the last failure, or with the first one that would have been any candidate's
// (IoError::no_descriptors). `report` outlives the call, `candidates` are as many as the plan's rivals.
io::Task<Result<Victory>> run_race(io::Loop& loop, Candidates candidates, Race plan, RawDialer raw,
                                   RaceReport& report);

// Dials one candidate; gives up after `limit`, with IoError::timed_out.
io::Task<Result<io::StreamPtr>> dial_within(io::Loop& loop, CandidatePtr candidate, RawDialer raw,
                                            io::Clock::duration limit);

}  // namespace rozaneh::proxy
