// What is known of candidates from before.
#pragma once

#include "proxy/candidate.h"

namespace rozaneh::proxy {

// See Rival: who ranks higher races first.
struct Standing {
  int rank = 0;
  double worth = 0;
};

// Asked and told on any loop's thread.
class Memory {
 public:
  virtual ~Memory() = default;
  virtual Standing standing(const Candidate& candidate) = 0;
  virtual void succeeded(const Candidate& candidate, io::Clock::duration took) = 0;
  virtual void failed(const Candidate& candidate) = 0;
};

}  // namespace rozaneh::proxy
