// What both sides of a managed transport are made with.
#pragma once

#include <string>
#include <vector>

#include "base/counters.h"
#include "io/state.h"
#include "pt/output.h"
#include "transport/catalog.h"
#include "wire/pt_arguments.h"

namespace rozaneh::pt {

// All of it outlives what is made with it.
struct Parts {
  const transport::Catalog& catalog;
  const std::vector<TransportOptions>& defaults;  // what the command line adds to Tor's arguments
  io::State& state;
  Random& random;  // used during the making only
  Output& output;
  Counters& counters;
};

// The arguments that `defaults` has for that transport, behind those of `given`: the first of a name counts.
Arguments with_defaults(Arguments given, const std::vector<TransportOptions>& defaults,
                        std::string_view transport);

// The transport of that name, and what its user should know told to the log. Null where there is none, which
// the protocol wants left out (the log is told) and not refused.
const transport::Transport* find_wanted(const Parts& parts, std::string_view name);

}  // namespace rozaneh::pt
