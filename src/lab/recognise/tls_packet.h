// TLS as a censor sees it that looks at one packet's payload and puts nothing together. One that reassembles
// gives the beginning of the stream instead.
#pragma once

#include <optional>

#include "lab/recognise/looks.h"
#include "wire/tls/client_hello.h"
#include "wire/tls/server_hello.h"

namespace rozaneh::lab {

// The exemption for TLS of China's rule against encrypted traffic (Wu et al. 2023): the first three bytes are
// [16-17] 03 [00-09], in hexadecimal.
Looks starts_tls(Bytes payload);

// The beginning of a ClientHello, or of a ServerHello, in a record of its own: 16 03 [00-04], a length, 01
// (02), a length below 2^16 and 03 [00-04]; eleven bytes settle it.
Looks looks_like_client_hello(Bytes payload);
Looks looks_like_server_hello(Bytes payload);

// Whether a record that begins in this payload, the first or one after it, begins with a ClientKeyExchange,
// as it stands in TLS 1.2 and before (Kazakhstan 2012). What begins in the middle of a record is not
// recognised.
bool has_client_key_exchange(Bytes payload);

// The ClientHello that begins in the payload's first record, as much of it as is in that record and that
// payload.
struct ClientHelloInPacket {
  tls::ClientHello hello;
  bool whole = false;
};
std::optional<ClientHelloInPacket> client_hello_in_packet(Bytes payload);

// The ServerHello that begins in the payload's first record and is whole in there.
std::optional<tls::ServerHello> server_hello_in_packet(Bytes payload);

}  // namespace rozaneh::lab
