// How long China's probers waited (Alice et al., IMC '20).
#pragma once

#include "lab/packet/moment.h"

namespace rozaneh::lab {

// The time within which the given part (0 to 1) of the replays came after the packet that drew them: none
// before 0.28 s, a fifth within 1 s, half within a minute, three quarters within 15 minutes, all within 570
// hours; between those points, which are all that was published, a straight line over the logarithm of time.
Moment probe_delay(double part);

}  // namespace rozaneh::lab
