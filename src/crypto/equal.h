// Comparing secrets without telling by the time taken where they differ.
#pragma once

#include "base/bytes.h"

namespace rozaneh::crypto {

// Whether both views hold the same bytes. The time depends on the length only; views of different length
// are unequal at once, since a length is never the secret.
[[nodiscard]] bool equal(Bytes a, Bytes b);

}  // namespace rozaneh::crypto
