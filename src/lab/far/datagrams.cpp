#include "lab/far/datagrams.h"

#include <array>
#include <cerrno>

#include "io/descriptor.h"
#include "io/error.h"
#include "io/socket_address.h"

namespace rozaneh::lab {

Result<> answer_datagrams(const Endpoint& at, const std::function<void()>& ready,
                          const std::function<std::optional<Buffer>(Bytes)>& answer) {
  const auto local = io::to_socket_address(at);
  const io::Descriptor socket(::socket(local.storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket.is_open() || bind(socket.number(), local.get(), local.size) != 0)
    return std::unexpected(io::from_errno(errno, "listen for datagrams"));
  ready();
  for (std::array<std::uint8_t, 65536> datagram{};;) {
    io::SocketAddress peer;
    const ssize_t count =
        recvfrom(socket.number(), datagram.data(), datagram.size(), 0, peer.get(), &peer.size);
    if (count < 0 && errno != EINTR) return std::unexpected(io::from_errno(errno, "receive datagrams"));
    if (count <= 0) continue;
    if (const auto reply = answer(Bytes(datagram).first(static_cast<std::size_t>(count))))
      (void)sendto(socket.number(), reply->data(), reply->size(), 0, peer.get(), peer.size);
  }
}

}  // namespace rozaneh::lab
