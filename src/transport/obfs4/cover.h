// Client padding that exempts the first packet from the rule against fully encrypted traffic.
//
// The rule (Wu et al., USENIX Security 2023) lets a first packet pass that has a run of more than 20
// printable characters, or on average at most 3.4 set bits a byte. The client's padding means nothing to the
// server, so a client can be exempt with any bridge (measured against obfs4proxy 0.0.14). It is off by
// default: 32 random bytes and then a fixed kind of run would be a signature of their own. Where it is on,
// where the run stands, how long it is and which characters it has are drawn from the bridge and the policy's
// name, so that no two bridges share them.
#pragma once

#include <string_view>

#include "transport/obfs4/handshake.h"

namespace rozaneh::obfs4 {

enum class Cover {
  none,
  printable,   // a run of 24..96 printable characters within the first 300 bytes (rule Ex4)
  low_weight,  // few set bits in all of the padding (rule Ex1)
};

// `cover`: none, printable or low-weight.
Result<Cover> parse_cover(std::string_view text);

// The padding for that cover; `policy` is any text, and part of what makes it differ.
PaddingSource padding_source(Cover cover, const BridgeId& bridge, std::string_view policy);

}  // namespace rozaneh::obfs4
