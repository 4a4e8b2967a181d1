// What waits for clients on the lab's far side: a web site, over HTTP and TLS, a DNS server, and one who
// sends back what comes.
#pragma once

#include "lab/path/topology.h"

namespace rozaneh::lab {

// The last numbers of the far side's addresses: 198.51.100.N and 2001:db8:2::N.
// Ports 80, 443, 1443 (TLS 1.2 alone), 2443 (TLS 1.3 alone) and 3443 (a certificate that is valid for two
// hours).
inline constexpr std::uint8_t kWeb = 10;
inline constexpr std::uint8_t kEcho = 12;        // port 443, TCP (IPv4 alone) and UDP
inline constexpr std::uint8_t kListedWeb = 44;   // the same; an address that censors list
inline constexpr std::uint8_t kNameServer = 53;  // port 53

// Where programs of the far side find the web site's certificate, its key, and the authority behind them.
inline constexpr const char* kCertificateFile = "/dev/shm/certificate.pem";
inline constexpr const char* kKeyFile = "/dev/shm/key.pem";
inline constexpr const char* kAuthorityFile = "/dev/shm/authority.pem";

// Starts them, and waits until they answer. Lets every program of the lab know them: /etc/resolv.conf names
// the DNS server, and the system's list of certificate authorities is the lab's own alone. Both changes are
// seen inside the lab only.
Result<> open_far_side(const Topology& topology);

}  // namespace rozaneh::lab
