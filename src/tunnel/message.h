// Reads one of the two messages that open a connection off a stream.
#pragma once

#include "io/stream.h"
#include "tunnel/opening.h"

namespace rozaneh::tunnel {

struct Message {
  Buffer bytes;   // without the length in front
  Buffer behind;  // what came behind it
};

// `first` is what was read before. Fails with TunnelError::malformed, an IoError, or IoError::ended_early.
// Set a Deadline.
io::Task<Result<Message>> read_message(io::Stream& stream, Buffer first);

}  // namespace rozaneh::tunnel
