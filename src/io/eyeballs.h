// Connects to the first of several addresses that answers (RFC 8305, "happy eyeballs").
#pragma once

#include <vector>

#include "io/dial.h"

namespace rozaneh::io {

// Tries them in their order, each a quarter of a second after the one before or as soon as that has failed;
// the first that answers wins. `limit` is each one's. Fails with the last failure; `endpoints` is not empty.
Task<Result<StreamPtr>> connect_first(Loop& loop, std::vector<Endpoint> endpoints, Clock::duration limit);

}  // namespace rozaneh::io
