#include "lab/far/echo.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "io/deadline.h"
#include "io/error.h"
#include "lab/path/descriptor.h"

namespace rozaneh::lab {
namespace {

constexpr std::chrono::minutes kConnectionLimit{30};

}  // namespace

io::Task<> Echo::serve(io::Loop& loop, io::StreamPtr stream, Endpoint /*peer*/) {
  const io::Deadline limit(loop, kConnectionLimit, *stream);
  for (;;) {
    const auto chunk = co_await stream->read();
    if (!chunk || chunk->empty()) break;
    const auto written = co_await stream->write(chunk->bytes());
    if (!written) break;
  }
  const auto finished = co_await stream->finish();
  (void)finished;  // whatever goes wrong is what the lab is for
}

Result<> echo_datagrams(const Endpoint& at, const std::function<void()>& ready) {
  const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in local{};
  local.sin_family = AF_INET;
  local.sin_port = htons(at.port);
  std::memcpy(&local.sin_addr, at.address.v4().data(), sizeof local.sin_addr);
  if (!socket.is_open() ||
      bind(socket.number(), reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0)
    return std::unexpected(io::from_errno(errno, "listen for datagrams"));
  ready();
  for (std::array<std::uint8_t, 65536> datagram{};;) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    const ssize_t count = recvfrom(socket.number(), datagram.data(), datagram.size(), 0,
                                   reinterpret_cast<sockaddr*>(&peer), &size);
    if (count < 0 && errno != EINTR) return std::unexpected(io::from_errno(errno, "receive datagrams"));
    if (count > 0)
      (void)sendto(socket.number(), datagram.data(), static_cast<std::size_t>(count), 0,
                   reinterpret_cast<const sockaddr*>(&peer), size);
  }
}

}  // namespace rozaneh::lab
