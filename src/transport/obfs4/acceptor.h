// The server's side of obfs4, and what a stranger sees of it.
#pragma once

#include "transport/transport.h"

namespace rozaneh::obfs4 {

// Arguments: node-id, private-key and drbg-seed (all or none; otherwise from obfs4_state.json, made at the
// first start), iat-mode. Writes obfs4_state.json and obfs4_bridgeline.txt as obfs4proxy does, and keeps its
// replay filter in obfs4_replay.
//
// Whoever sends no proper hello gets no byte; see transport/stranger.h for the rest.
Result<std::unique_ptr<transport::Acceptor>> make_acceptor(const transport::Setup& setup);

}  // namespace rozaneh::obfs4
