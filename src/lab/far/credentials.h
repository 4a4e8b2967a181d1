// A certificate authority of the lab's own, and a web server's certificate from it.
#pragma once

#include <string>
#include <vector>

namespace rozaneh::lab {

// All in PEM.
struct Credentials {
  std::string authority;  // what clients have to trust
  std::string chain;      // the server's certificate and the one between; some 4.5 kB on the wire, as on real
                          // web sites: detectors of TLS inside TLS are blind to toy chains
  std::string
      short_chain;  // another certificate for the same key, valid for two hours as those of Tor's relays
  std::string key;
};

// Makes new keys (the server's is RSA, 2048 bits, so that TLS 1.2's oldest key exchange works too).
// Names are DNS names, "*.example.org" among them.
Credentials make_credentials(const std::vector<std::string>& names);

}  // namespace rozaneh::lab
