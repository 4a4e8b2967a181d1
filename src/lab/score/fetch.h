// One fetch as a user makes it, and what the user saw.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "lab/score/patience.h"
#include "lab/score/subject.h"
#include "wire/upstream_proxy.h"

namespace rozaneh::lab {

// Times are seconds since the fetch began.
struct FetchRecord {
  bool done = false;
  std::string why;  // not done: in a user's words
  std::uint64_t bytes = 0;
  std::optional<double> first_byte;
  double last_byte = 0;  // the moment until which all was well
  double ended = 0;
  unsigned lost = 0;                                // connections over which bytes came, and not all
  double began = 0;                                 // this one since the first of the subject's fetches
  std::vector<std::pair<double, double>> timeline;  // seconds, bytes so far; at most kMostTimeline
};

struct FetchWay {
  std::optional<UpstreamProxy> proxy;
  Seconds patience{10};  // for the next byte; four times that for all
};

// Fetches once, over one connection. Asks the system's resolver, or the proxy's.
FetchRecord fetch(const FetchPlan& plan, const FetchWay& way, Random& random);

// All connections of one fetch, at once: as good as the worst of them.
FetchRecord fetch_all(const FetchPlan& plan, const FetchWay& way);

}  // namespace rozaneh::lab
