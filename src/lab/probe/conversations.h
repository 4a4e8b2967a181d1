// Probes that finish a protocol's handshake themselves.
#pragma once

#include "base/random.h"
#include "lab/probe/conversation.h"

namespace rozaneh::lab {

// Opens obfs2, which asks for no secret, and reads the server's magic value (Ensafi et al., IMC '15, saw
// China do this). Done with the server's first 24 bytes, whatever they are.
ConversationPtr obfs2_probe(Random& random);

// Opens obfs3 and sends a request for a page; confirmed by the magic value before the server's first data,
// which only somebody can make who has finished the Diffie-Hellman exchange. `random` outlives it.
ConversationPtr obfs3_probe(Random& random);

// "GET / HTTP/1.1"; confirmed by the status line of an answer.
ConversationPtr http_probe(std::string_view host);

}  // namespace rozaneh::lab
