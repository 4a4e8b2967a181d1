// The server's side of ScrambleSuit, and what a stranger sees of it.
#pragma once

#include "transport/transport.h"

namespace rozaneh::scramblesuit {

// Argument: password, optional; otherwise from scramblesuit_state.json, made at the first start. Writes that
// file and scramblesuit_bridgeline.txt.
//
// Whoever sends no proper hello gets no byte; see transport/stranger.h for the rest.
Result<std::unique_ptr<transport::Acceptor>> make_acceptor(const transport::Setup& setup);

}  // namespace rozaneh::scramblesuit
