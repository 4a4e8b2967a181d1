// A stream that keeps something alive that it needs.
#pragma once

#include <memory>

#include "io/stream.h"

namespace rozaneh::io {

// The same stream; `held` (shared with other streams, as a transport's connector is) is let go of after it.
StreamPtr holding(StreamPtr inner, std::shared_ptr<const void> held);

}  // namespace rozaneh::io
