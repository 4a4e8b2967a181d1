// An established obfs4 connection as a Stream.
#pragma once

#include <memory>

#include "io/loop.h"
#include "io/stream.h"
#include "transport/obfs4/codec.h"

namespace rozaneh::obfs4 {

// `received` are the bytes that came behind the handshake. In the modes enabled and paranoid, writes are cut
// and spaced as the shape says.
io::StreamPtr make_stream(io::Loop& loop, io::StreamPtr inner, std::unique_ptr<FrameCodec> codec,
                          Bytes received);

}  // namespace rozaneh::obfs4
