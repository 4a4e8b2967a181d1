// The ways in which nginx leaves a connection.
#pragma once

#include "io/loop.h"
#include "io/stream.h"
#include "site/site.h"

namespace rozaneh::site {

// Waits for bytes. When none have come by the limit, the stream is finished in good order (TLS's
// close_notify) and closed, and the read fails.
io::Task<Result<io::Chunk>> read_within(io::Loop& loop, io::Stream& stream, io::Clock::duration limit);

// Finishes and closes.
io::Task<> close_politely(io::Loop& loop, io::Stream& stream);

// Finishes, then reads for a while what the client still sends, so that it is not lost to a reset; then
// closes.
io::Task<> linger(io::Loop& loop, io::Stream& stream, const Limits& limits);

}  // namespace rozaneh::site
