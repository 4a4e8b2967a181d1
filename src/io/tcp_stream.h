// A TCP connection as a Stream.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "base/address.h"
#include "io/descriptor.h"
#include "io/loop.h"
#include "io/stream.h"
#include "wire/tls/record_protection.h"

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

  // Goes on with a connection of another process. `finished`: it has ended our direction.
  static Result<std::unique_ptr<TcpStream>> adopt(Loop& loop, Descriptor descriptor, bool finished);

  Task<Result<Chunk>> read() override;
  Task<Result<>> write(Bytes bytes) override;
  Task<Result<>> finish() override;
  void abort() noexcept override;
  TcpStream* plain_source() override { return this; }
  TcpStream* plain_sink() override { return this; }

  // For who hands the connection to another process, while nothing runs: its descriptor (-1: it is closed),
  // whether `finish` was called, and what a write has not written yet.
  [[nodiscard]] int descriptor();
  [[nodiscard]] bool finished() const { return finished_; }
  [[nodiscard]] Bytes unwritten() const { return unwritten_; }

  // What lies ready, moved into a pipe within the kernel (splice(2)); never waits. Without a pipe nothing was
  // moved, for whatever reason: `read` then says what there is.
  Result<Piped> take_ready();

  // As the other, but the next `count` bytes of `load`, which outlives the task. SIGPIPE must be ignored: a
  // splice, unlike a send, cannot say that it wants none.
  Task<Result<>> write(Piped& load, std::size_t count);

  // Has the kernel protect what is written from here on as records of TLS; false where it cannot, and nothing
  // has changed. See io/kernel_tls.h. Not while a write is under way.
  bool seal_in_kernel(const tls::RecordKeys& keys);
  // Then: one record that is no data. The first does not wait, and says whether it is on its way.
  bool offer_record(tls::ContentType type, Bytes content);
  Task<Result<>> write_record(tls::ContentType type, Bytes content);

 private:
  void stop_waiting();

  Loop& loop_;
  TcpSocket socket_;
  // How often the next read may try the socket before it waits: a full read promises more.
  unsigned tries_ = 0;
  Bytes unwritten_;  // of the write that waits
  bool finished_ = false;
  bool never_waits_ = false;  // the socket itself; a splice has no flag for it
};

}  // namespace rozaneh::io
