// Fingerprints of ClientHellos, by which censors and others know client programs: JA3 (Salesforce, 2017) and
// JA4 (FoxIO, 2023; technical_details/JA4.md of their repository). GREASE values count in neither.
#pragma once

#include <string>

#include "wire/tls/client_hello.h"

namespace rozaneh::lab {

// "771,4865-4866,0-23,29-23,0": version, ciphers, extensions, groups and point formats in decimal, in order.
std::string ja3_text(const tls::ClientHello& hello);

// The MD5 of that, in hexadecimal.
std::string ja3(const tls::ClientHello& hello);

enum class HelloCarrier : char { tcp = 't', quic = 'q' };

// "t13d1516h2_8daaf6152771_e5627efa2ab1": carrier, newest version, whether there is a server_name, the
// numbers of ciphers and extensions, the first and last letter of the first ALPN value; then hashes of
// ciphers and extensions, both sorted, the latter with the signature algorithms.
std::string ja4(const tls::ClientHello& hello, HelloCarrier carrier);

// The same with the lists in place of their hashes.
std::string ja4_text(const tls::ClientHello& hello, HelloCarrier carrier);

}  // namespace rozaneh::lab
