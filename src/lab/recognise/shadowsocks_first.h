// What drew China's active probes to Shadowsocks in 2019 and 2020 (Alice et al., IMC '20): length and entropy
// of the first packet with data.
//
// Only what was published: replayed first packets were 160 to 700 bytes long; of those replayed with 168 to
// 263 bytes, 72 % were 9 modulo 16, of those with 384 to 687, 96 % were 2 modulo 16; payloads of 7.2 bits of
// entropy a byte were replayed about four times as often as ones of 3.0.
#pragma once

#include "base/bytes.h"

namespace rozaneh::lab {

struct ProbeAttraction {
  bool length_fits = false;   // 160..700
  bool favoured = false;      // the remainder that its range favours
  double share_of_range = 0;  // how many of the replays of its range have its kind of remainder: 0.72, 0.96,
                              // or the rest of them; 1 in the lengths between, of which nothing is known
  double entropy = 0;         // bits a byte
  double entropy_weight = 1;  // how much more often than at 3.0 bits; between the two points that are known,
                              // and beyond them, a straight line from 1 at 3.0 to 4 at 7.2, never below 0
};

ProbeAttraction probe_attraction(Bytes first_payload);

}  // namespace rozaneh::lab
