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

Endpoint to_endpoint(const SocketAddress& address) {
  if (address.storage.ss_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address.storage);
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &v6->sin6_addr, bytes.size());
    return {IpAddress(bytes), ntohs(v6->sin6_port)};
  }
  const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address.storage);
  std::array<std::uint8_t, 4> bytes{};
  std::memcpy(bytes.data(), &v4->sin_addr, bytes.size());
  return {IpAddress(bytes), ntohs(v4->sin_port)};
}

}  // namespace rozaneh::io
