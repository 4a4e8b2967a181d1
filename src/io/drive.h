// Runs any handshake over any stream: the one place where protocol and network meet.
#pragma once

#include "base/handshake.h"
#include "io/stream.h"

namespace rozaneh::io {

// Drives the handshake to its end; `received` is what has been read before. Answers the bytes that came
// behind it. Fails with the handshake's own error, or with IoError::ended_early where the peer finishes too
// soon. Set a Deadline.
Task<Result<Buffer>> drive(Stream& stream, Handshake& handshake, Buffer received = {});

}  // namespace rozaneh::io
