// Probes that begin with a TLS handshake.
#pragma once

#include "lab/probe/conversation.h"

namespace rozaneh::lab {

// A handshake, then a request for a page: confirmed once the handshake is over, done with the first answer.
ConversationPtr tls_probe(const std::string& server_name);

// A handshake, then a VERSIONS cell of Tor's link protocol (tor-spec section 4): confirmed by the server's.
ConversationPtr tor_probe();

// What finds Signal's TLS proxies (net4people/bbs issue 60): within TLS, the beginning of another TLS
// handshake for `inner_name`. Confirmed if a ServerHello comes back. A proxy answers for Signal's names and
// for no other.
ConversationPtr tls_in_tls_probe(const std::string& inner_name);

}  // namespace rozaneh::lab
