// A stream some of whose bytes have been read already: they come first.
#pragma once

#include "io/loop.h"
#include "io/stream.h"

namespace rozaneh::io {

// The same stream as if `prefix` had not been read yet; `inner` itself where the prefix is empty.
StreamPtr with_prefix(Loop& loop, StreamPtr inner, Bytes prefix);

}  // namespace rozaneh::io
