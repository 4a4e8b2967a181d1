#include "lab/far/echo.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include "io/deadline.h"
#include "io/error.h"
#include "io/tcp_stream.h"

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
  using boost::asio::ip::udp;
  boost::system::error_code failure;
  boost::asio::io_context context;
  const udp::endpoint local(io::to_asio(at).address(), at.port);
  udp::socket socket(context);
  socket.open(local.protocol(), failure);
  if (!failure) socket.bind(local, failure);
  if (failure) return std::unexpected(io::from_system(failure));
  ready();
  std::array<std::uint8_t, 65536> datagram{};
  for (udp::endpoint peer;;) {
    const std::size_t count = socket.receive_from(boost::asio::buffer(datagram), peer, 0, failure);
    if (failure) return std::unexpected(io::from_system(failure));
    socket.send_to(boost::asio::buffer(datagram, count), peer, 0, failure);  // what cannot be sent is lost
  }
}

}  // namespace rozaneh::lab
