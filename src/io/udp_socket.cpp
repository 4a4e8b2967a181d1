#include "io/udp_socket.h"

#include <sys/socket.h>

#include "io/error.h"
#include "io/socket_address.h"

namespace rozaneh::io {
namespace {

constexpr std::uint16_t kAnyPort = 9;  // nothing is sent there: only the route counts

Result<Endpoint> address_of(int socket) {
  SocketAddress bound;
  if (getsockname(socket, bound.get(), &bound.size) != 0) return std::unexpected(from_errno(errno));
  return to_endpoint(bound);
}

}  // namespace

Result<UdpSocket> UdpSocket::open(Loop& loop, const Endpoint& at) {
  using boost::asio::ip::udp;
  Socket socket(loop.executor());
  boost::system::error_code failure;
  socket.open(at.address.is_v6() ? udp::v6() : udp::v4(), failure);
  if (failure) return std::unexpected(from_system(failure));
  if (at.address.is_v6()) socket.set_option(asio::ip::v6_only(true), failure);
  const SocketAddress address = to_socket_address(at);
  if (bind(socket.native_handle(), address.get(), address.size) != 0)
    return std::unexpected(from_errno(errno));
  const auto bound = address_of(socket.native_handle());
  if (!bound) return std::unexpected(bound.error());
  return UdpSocket(std::move(socket), *bound);
}

Result<UdpSocket> UdpSocket::open_facing(Loop& loop, const IpAddress& peer) {
  const Endpoint any{peer.is_v6() ? IpAddress(std::array<std::uint8_t, 16>{}) : IpAddress(), 0};
  auto probe = open(loop, any);
  if (!probe) return probe;
  const SocketAddress there = to_socket_address({peer, kAnyPort});
  if (connect(probe->socket_.native_handle(), there.get(), there.size) != 0)
    return std::unexpected(from_errno(errno));
  const auto ours = address_of(probe->socket_.native_handle());
  if (!ours) return std::unexpected(ours.error());
  return open(loop, {ours->address, 0});
}

Result<UdpSocket> UdpSocket::adopt(Loop& loop, Descriptor descriptor) {
  const auto bound = address_of(descriptor.number());
  if (!bound) return std::unexpected(bound.error());
  using boost::asio::ip::udp;
  Socket socket(loop.executor());
  boost::system::error_code failure;
  socket.assign(bound->address.is_v6() ? udp::v6() : udp::v4(), descriptor.number(), failure);
  if (failure) return std::unexpected(from_system(failure));
  (void)descriptor.release();
  return UdpSocket(std::move(socket), *bound);
}

Task<bool> UdpSocket::readable() {
  const auto [error] = co_await socket_.async_wait(Socket::wait_read, kResume);
  co_return !error && socket_.is_open();
}

std::optional<UdpSocket::Arrived> UdpSocket::receive(MutableBytes room) {
  if (!socket_.is_open()) return std::nullopt;
  SocketAddress from;
  const ssize_t size = recvfrom(socket_.native_handle(), room.data(), room.size(), MSG_DONTWAIT | MSG_TRUNC,
                                from.get(), &from.size);
  if (size < 0) return std::nullopt;  // whatever is wrong with a datagram, the next one may be right
  return Arrived{.from = to_endpoint(from), .size = static_cast<std::size_t>(size)};
}

bool UdpSocket::send(const Endpoint& to, Bytes bytes) {
  if (!socket_.is_open()) return false;
  const SocketAddress there = to_socket_address(to);
  return sendto(socket_.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL, there.get(),
                there.size) >= 0;
}

void UdpSocket::close() noexcept {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace rozaneh::io
