// What the rules of censors can say they look for.
#pragma once

#include <string>
#include <vector>

#include "lab/censor/spec.h"
#include "lab/censor/watch.h"

namespace rozaneh::lab {

// A packet of a flow, and what is known of the flow with it.
struct Glimpse {
  const PacketView& packet;
  Direction direction;
  const Watch& watch;
};

// The values of `what`.
std::vector<std::string_view> sight_names();

// `yes`: this packet shows it; `no`: this flow never will; `more`: not yet. A sight that puts nothing
// together
// (`stream` is false) is `no` only once `within_packets` are over: the next packet may show it. One that does
// is `no` for a TCP connection whose client's SYN was not seen.
Looks look(const Sight& sight, const Glimpse& glimpse);

// Whether a name, in any case unless that is to count and with or without its last dot, is in a list of such
// names: "example.org", or ".example.org", which stands for all below it and itself.
bool is_listed(std::string_view name, const std::vector<std::string>& names, bool case_sensitive = false);

}  // namespace rozaneh::lab
