#include "io/socket_address.h"

#include <netinet/in.h>

#include <cstring>

namespace rozaneh::io {

SocketAddress to_socket_address(const Endpoint& endpoint) {
  SocketAddress out;
  if (endpoint.address.is_v6()) {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&out.storage);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(endpoint.port);
    std::memcpy(&v6->sin6_addr, endpoint.address.v6().data(), sizeof v6->sin6_addr);
    out.size = sizeof *v6;
  } else {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&out.storage);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(endpoint.port);
    std::memcpy(&v4->sin_addr, endpoint.address.v4().data(), sizeof v4->sin_addr);
    out.size = sizeof *v4;
  }
  return out;
}

}  // namespace rozaneh::io
