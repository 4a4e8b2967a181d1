// The probes that China sent to Shadowsocks' servers in 2019 and 2020 (Alice et al., IMC '20).
#pragma once

#include <vector>

#include "base/random.h"
#include "lab/probe/conversation.h"

namespace rozaneh::lab {

// The lengths of the random probes NR1, in threes, and that of NR2.
inline constexpr std::size_t kRandomLengths[] = {7,  8,  9,  11, 12, 13, 15, 16, 17, 21, 22,
                                                 23, 32, 33, 34, 40, 41, 42, 48, 49, 50};
inline constexpr std::size_t kLongRandom = 221;

// Of a client's first packet with data: R1 is the same, R2 has byte 0 changed; in the second stage, which
// came only to servers that had answered one of those, R3 has bytes 0 to 7 and 62 to 63 changed, R4 byte 16,
// R5 bytes 6 and 16. A changed byte is always another one. Besides, in the first stage, one NR1 of each
// length and three NR2. Without a first packet there are no replays.
std::vector<Probe> shadowsocks_probes(Bytes first_packet, Random& random);

}  // namespace rozaneh::lab
