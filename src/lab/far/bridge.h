// A bridge of ours on the lab's far side.
#pragma once

#include <string>

#include "lab/path/topology.h"

namespace rozaneh::lab {

// All on port 443, since censors may look at that, each at an address of its own: 198.51.100.20 and up.
inline constexpr std::uint8_t kFirstBridge = 20;

struct FarBridge {
  std::string link;
  io::Descriptor output;  // what it says; to be kept open, or it cannot speak
};

// Starts `program bridge` (this program, as a rule) for a transport, at address number `number`. It leads
// wherever the far side leads; obfs2 and obfs3, which do not prove their clients, lead to the web site's port
// 80 alone.
Result<FarBridge> start_bridge(const Topology& topology, const std::string& program,
                               const std::string& transport, std::uint8_t number);

}  // namespace rozaneh::lab
