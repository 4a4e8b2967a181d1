// A UDP socket of this machine. No buffer is held while there is nothing to receive.
#pragma once

#include <boost/asio/ip/udp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <optional>

#include "base/address.h"
#include "base/bytes.h"
#include "base/error.h"
#include "io/descriptor.h"
#include "io/loop.h"

namespace rozaneh::io {

class UdpSocket {
 public:
  // Binds it; port 0 takes a free one. An IPv6 address takes IPv6 only.
  static Result<UdpSocket> open(Loop& loop, const Endpoint& at);
  // Bound to a free port of the one address of ours that `peer` is reached from.
  static Result<UdpSocket> open_facing(Loop& loop, const IpAddress& peer);

  // One of another process, bound already.
  static Result<UdpSocket> adopt(Loop& loop, Descriptor descriptor);

  // Where it is bound, with the port that was taken.
  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }

  // Waits until receive() is worth a call; false once the socket is closed. The socket outlives the task.
  Task<bool> readable();

  struct Arrived {
    Endpoint from;
    std::size_t size = 0;  // of the datagram; where it is more than the room, only that much was kept
  };
  // The next one that is there; nullopt: none now.
  std::optional<Arrived> receive(MutableBytes room);
  // Calls `take(arrived, bytes)` for each that is there, but for so many in a row alone that the loop's other
  // work gets its turn.
  template <class Take>
  void receive_ready(BufferPool& pool, Take take) {
    Chunk chunk = pool.borrow();
    const MutableBytes room = chunk.room();
    for (int i = 0; i < kMostInARow; ++i) {
      const auto arrived = receive(room);
      if (!arrived) break;
      take(*arrived, Bytes(room).first(std::min(arrived->size, room.size())));
    }
  }

  // False: the system did not take it.
  bool send(const Endpoint& to, Bytes bytes);

  void close() noexcept;

  // For who hands it to another process.
  [[nodiscard]] int descriptor() { return socket_.native_handle(); }

 private:
  static constexpr int kMostInARow = 32;
  using Socket = boost::asio::basic_datagram_socket<boost::asio::ip::udp, Executor>;
  UdpSocket(Socket socket, const Endpoint& endpoint) : socket_(std::move(socket)), endpoint_(endpoint) {}

  Socket socket_;
  Endpoint endpoint_;
};

}  // namespace rozaneh::io
