// A TCP connection as a Stream.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "base/address.h"
#include "io/loop.h"
#include "io/stream.h"

namespace rozaneh::io {

using TcpSocket = asio::basic_stream_socket<asio::ip::tcp, Executor>;

asio::ip::tcp::endpoint to_asio(const Endpoint& endpoint);
Endpoint from_asio(const asio::ip::tcp::endpoint& endpoint);

// Without Nagle's delay, with keep-alive. Connections inherit both from the socket that accepts them.
void tune_tcp(int descriptor);

class TcpStream final : public Stream {
 public:
  // Takes a connected and tuned socket. Every read and write says by itself that it shall not wait.
  TcpStream(Loop& loop, TcpSocket socket);

  Task<Result<Chunk>> read() override;
  Task<Result<>> write(Bytes bytes) override;
  Task<Result<>> finish() override;
  void abort() noexcept override;

 private:
  Loop& loop_;
  TcpSocket socket_;
  // How often the next read may try the socket before it waits: a full read promises more.
  unsigned tries_ = 0;
};

}  // namespace rozaneh::io
