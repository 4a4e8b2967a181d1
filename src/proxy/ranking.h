// What experience with a way is worth: decisions alone.
#pragma once

#include <chrono>
#include <cstdint>

#include "proxy/memory.h"

namespace rozaneh::proxy {

using Seconds = std::int64_t;  // since 1970; 0: never

struct Experience {
  Seconds last_success = 0;
  Seconds last_failure = 0;
  double goodput = 0;                      // sustained, bytes a second; 0: not known
  std::chrono::milliseconds first_byte{};  // from the start of the dialling to the proof; 0: not known

  bool operator==(const Experience&) const = default;
};

// `here` is the experience on this network, `elsewhere` the best one on others. What worked here within two
// weeks has rank 2, what worked elsewhere 1, what nothing is known of 0; what last failed here, less than an
// hour ago, has -1, and so has what last failed elsewhere and is not known here. Among equals more goodput
// and a sooner answer are worth more.
Standing judge(const Experience& here, const Experience& elsewhere, Seconds now);

}  // namespace rozaneh::proxy
