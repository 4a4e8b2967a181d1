// From what a user saw to a line of the results.
#pragma once

#include "lab/censor/spec.h"
#include "lab/report/results.h"
#include "lab/score/near_side.h"

namespace rozaneh::lab {

// Fills in all that a report says; the cell's names, scale and seed are the caller's. `uncensored` is the
// same subject's cell without a censor, null for that one itself.
void score(const NearReport& report, const Cell* uncensored, Cell& cell);

// What to divide a censor's times by so that a test of it is short, and each of its penalties still outlasts
// both the user's patience and TCP's retransmissions: else what was blocked comes alive again, as it would
// not with the real one. An age that connections may reach stays longer than that, too, so that short ones
// never do on a busy machine. Between 1 and what the censor allows.
double fitting_scale(const CensorSpec& spec, Seconds patience);

}  // namespace rozaneh::lab
