// Records of TLS 1.3 that Linux makes for a socket in our place ("kTLS", Documentation/networking/tls.rst),
// so that bytes can be moved into TLS without our seeing them. Sending only: a kernel that receives has,
// before 6.14, no way to take the new keys of a peer that changes them.
#pragma once

#include "wire/tls/record_protection.h"

namespace rozaneh::io::kernel_tls {

// From the next byte on what is written to `socket`, an established connection of TCP, leaves as records
// under `keys`, which are used no more: each of up to 16 KB of one send, as ours are. It lasts as long as the
// connection. False where the system has none of this, or not for this cipher; nothing has changed then. The
// first time that the system has none is remembered.
bool seal(int socket, const tls::RecordKeys& keys);

// On such a socket: a record that is no data. Never waits; otherwise false, with errno.
bool send_record(int socket, tls::ContentType type, Bytes content);

}  // namespace rozaneh::io::kernel_tls
