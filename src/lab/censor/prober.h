// Who tries a server for a censor.
#pragma once

#include <string>

#include "base/bytes.h"
#include "lab/flow/key.h"

namespace rozaneh::lab {

struct ProbeOrder {
  std::size_t rule = 0;  // whose
  std::string kind;      // of the probes: a name of lab/probe/kinds.h
  FlowKey flow;          // that drew the probes
  Buffer first_packet;   // the client's first data in it
};

// Does it later and elsewhere; Censor::note_verdict hears of a success.
class Prober {
 public:
  virtual ~Prober() = default;
  virtual void probe(ProbeOrder order) = 0;
};

}  // namespace rozaneh::lab
