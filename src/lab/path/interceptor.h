// The man in the middle of TLS: a process on the far side, to which a censor leads connections.
#pragma once

#include <string>
#include <vector>

#include "lab/path/topology.h"

namespace rozaneh::lab {

// Listens on `at_port` of all addresses of the far side. Of each connection it reads the ClientHello. One
// with a listed name it ends itself, with a certificate whose subject and names are copied from the server's,
// which it dials at the same address on `server_port`, and carries on between the two in the clear; the
// certificate's issuer is nobody's authority. Any other connection it passes on byte by byte.
struct Interception {
  std::uint16_t server_port = 443;
  std::uint16_t at_port = 0;
  std::vector<std::string> names;
};

// In a process of its own, for as long as the lab lives.
Result<> start_interceptor(const Topology& topology, const Interception& interception);

}  // namespace rozaneh::lab
