#include "interop/echo.h"

#include <gtest/gtest.h>

#include "io/dial.h"
#include "io/drive.h"
#include "io/event.h"
#include "io/prefixed_stream.h"
#include "wire/pt_arguments.h"
#include "wire/socks5_client.h"

namespace rozaneh::interop {
namespace {

io::Task<> echo(io::Stream& stream, Bytes greeting) {
  if (!greeting.empty()) {
    const auto greeted = co_await stream.write(greeting);
    EXPECT_TRUE(greeted) << greeted.error().message();
  }
  for (;;) {
    const auto chunk = co_await stream.read();
    // obfs4proxy has no half-close: its end may be a reset.
    if (!chunk || chunk->empty()) co_return;
    const auto written = co_await stream.write(chunk->bytes());
    if (!written) co_return;
  }
}

// A task that writes while another reads.
struct Sending {
  explicit Sending(io::Loop& loop) : ended(loop) {}
  bool over = false;
  io::Event ended;
};

io::Task<> send(io::Stream& stream, Bytes bytes, Sending& sending) {
  const auto written = co_await stream.write(bytes);
  EXPECT_TRUE(written) << written.error().message();
  sending.over = true;
  sending.ended.notify();
}

io::Task<> receive(io::Stream& stream, std::size_t count, Buffer& into) {
  while (into.size() < count) {
    const auto chunk = co_await stream.read();
    EXPECT_TRUE(chunk) << chunk.error().message();
    if (!chunk) co_return;
    EXPECT_FALSE(chunk->empty()) << "it ended after " << into.size() << " of " << count;
    if (chunk->empty()) co_return;
    append(into, chunk->bytes());
  }
}

}  // namespace

io::Task<> serve_echo(io::Loop& loop, io::Listener& listener, transport::Acceptor* acceptor,
                      std::size_t count, Buffer greeting) {
  for (std::size_t i = 0; i < count; ++i) {
    auto accepted = co_await listener.accept();
    EXPECT_TRUE(accepted);
    if (!accepted) co_return;
    io::StreamPtr stream = std::move(accepted->stream);
    if (acceptor != nullptr) {
      auto inside = co_await acceptor->accept(loop, std::move(stream));
      EXPECT_TRUE(inside) << inside.error().message();
      if (!inside) continue;
      stream = std::move(inside->stream);
    }
    co_await echo(*stream, greeting);
  }
}

io::Task<> check_echo(io::Loop& loop, io::Stream& stream, Bytes bytes, Bytes greeting) {
  Buffer received;
  if (!greeting.empty()) co_await receive(stream, greeting.size(), received);
  Sending sending(loop);
  loop.spawn(send(stream, bytes, sending));
  co_await receive(stream, greeting.size() + bytes.size(), received);
  if (received.size() != greeting.size() + bytes.size()) stream.abort();
  while (!sending.over) co_await sending.ended.wait();
  EXPECT_TRUE(std::ranges::equal(received, concat(greeting, bytes))) << bytes.size() << " bytes";
}

io::Task<Result<io::StreamPtr>> SocksDialer::dial(const Target& target) {
  const auto credentials = pack_pt_arguments(arguments_);
  if (!credentials) co_return std::unexpected(credentials.error());
  io::TcpDialer dialer(loop_);
  auto stream = co_await dialer.connect(proxy_);
  if (!stream) co_return stream;
  Socks5Client handshake(target, *credentials);
  const auto received = co_await io::drive(**stream, handshake);
  if (!received) co_return std::unexpected(received.error());
  co_return io::with_prefix(loop_, std::move(*stream), *received);
}

Buffer numbered(std::size_t count) {
  Buffer bytes(count);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::uint8_t>(i * 31 + i / 251);
  return bytes;
}

}  // namespace rozaneh::interop
