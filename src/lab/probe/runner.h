// Makes the connections of probes; the only part of the prober that touches the network.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "base/address.h"
#include "base/error.h"
#include "lab/probe/conversation.h"
#include "lab/probe/reaction.h"

namespace rozaneh::lab {

struct Probing {
  Endpoint server;                             // may_be_probed, or nothing is done
  std::optional<IpAddress> source;             // the prober's own; none: whichever fits
  Moment patience = std::chrono::seconds(10);  // China's waited somewhat less (Alice et al.)
  // How long to wait before a probe; empty: not at all.
  std::function<Moment(const Probe& probe)> delay;
  // Hears of each reaction as it comes; false: that is enough, and the rest is left.
  std::function<bool(const Reaction& reaction)> heard;
};

// Makes the probes of the first stage all at once, each after its delay, and those of a later stage if an
// earlier one's replay was answered. Blocks until all is over. Fails only where the system does.
Result<std::vector<Reaction>> run_probes(std::vector<Probe> probes, const Probing& probing);

}  // namespace rozaneh::lab
