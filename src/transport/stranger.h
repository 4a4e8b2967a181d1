// What a stranger sees of a server that answers only those who know its secret: nothing.
//
// What a stranger sends is read and thrown away until the time for a hello and a random part of another
// minute have passed since it came; then the connection is closed in good order. If it closes first, so does
// the server. obfs4proxy draws that part once a bridge, so that it names the bridge; here each connection has
// its own.
#pragma once

#include <chrono>

#include "base/random.h"
#include "io/stream.h"

namespace rozaneh::transport {

// How long a proper hello may take to come, as a rule; obfs4proxy's figure.
inline constexpr std::chrono::seconds kHelloLimit{30};

// How long a connection without one is kept: that long, and up to a minute more.
std::chrono::milliseconds stranger_time(std::chrono::seconds hello_limit, Random& random);

// Reads and throws away until the peer closes or the stream is aborted.
io::Task<> discard(io::Stream& stream);

}  // namespace rozaneh::transport
