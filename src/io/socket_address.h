// An endpoint as the system's own calls take it, for sockets that no loop drives.
#pragma once

#include <sys/socket.h>

#include "base/address.h"

namespace rozaneh::io {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  // For calls that fill it in.
  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

SocketAddress to_socket_address(const Endpoint& endpoint);
// What the system filled in; of IPv4 or IPv6.
Endpoint to_endpoint(const SocketAddress& address);

}  // namespace rozaneh::io
