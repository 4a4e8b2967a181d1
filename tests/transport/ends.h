// Both ends of a transport in memory, for tests: a connector and an acceptor, and what is carried between.
#pragma once

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "crypto/random.h"
#include "io/memory_stream.h"
#include "io/run.h"
#include "transport/transport.h"

namespace rozaneh::transport {

// The bytes of a vector.
inline Buffer from_hex(std::string_view text) { return decode_hex(text).value(); }

template <std::size_t kSize>
std::array<std::uint8_t, kSize> array_from_hex(std::string_view text) {
  const Buffer bytes = from_hex(text);
  EXPECT_EQ(bytes.size(), kSize);
  std::array<std::uint8_t, kSize> out{};
  copy(out, Bytes(bytes).first(kSize));
  return out;
}

inline Buffer numbered(std::size_t count) {
  Buffer bytes(count);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::uint8_t>(i * 31 + i / 251);
  return bytes;
}

// Decodes all of `wire` in reads of `read_size`, as CodecStream does; the failure where there is one.
template <class SomeCodec>
Result<Buffer> decode_in_reads(SomeCodec& codec, Bytes wire, std::size_t read_size) {
  Buffer plain;
  Buffer rest;
  while (!wire.empty()) {
    const Bytes read = wire.first(std::min(read_size, wire.size()));
    wire = wire.subspan(read.size());
    append(rest, read);
    const auto decoded = codec.decode(rest);
    if (!decoded) return std::unexpected(decoded.error());
    append(plain, Bytes(rest).first(decoded->plain));
    rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(decoded->consumed));
  }
  return plain;
}

// All of `plain` as wire bytes, in bursts that fit into `room` bytes.
template <class SomeCodec>
Buffer encode_all(SomeCodec& codec, Bytes plain, std::size_t room = std::size_t{64} * 1024) {
  Buffer wire;
  Buffer block(room);
  while (!plain.empty()) {
    const auto encoded = codec.encode(plain, block);
    EXPECT_GT(encoded.consumed, 0U);
    append(wire, Bytes(block).first(encoded.produced));
    plain = plain.subspan(encoded.consumed);
  }
  return wire;
}

// Without who it came from.
inline Result<io::StreamPtr> stream_of(Result<Accepted> accepted) {
  if (!accepted) return std::unexpected(accepted.error());
  return std::move(accepted->stream);
}

// What comes until the end, or the failure.
inline io::Task<> receive_all(io::Stream& stream, Result<Buffer>& into) {
  for (;;) {
    const auto chunk = co_await stream.read();
    if (!chunk) {
      into = std::unexpected(chunk.error());
      co_return;
    }
    if (chunk->empty()) co_return;
    append(*into, chunk->bytes());
  }
}

struct Ends {
  explicit Ends(const Transport& which, io::MemoryStreamOptions options = {})
      : transport(which), stream_options(options) {}

  Result<std::unique_ptr<Connector>> connector(const Arguments& arguments) {
    return transport.connector(
        {.arguments = arguments, .state = client_state, .random = random, .log = test.log});
  }
  Result<std::unique_ptr<Acceptor>> acceptor(const Arguments& arguments) {
    return transport.acceptor(
        {.arguments = arguments, .state = server_state, .random = random, .log = test.log});
  }

  // Connects the two over a pair in memory; `client` and `server` hold the streams or the failures.
  void meet(Connector& connecting, Acceptor& accepting) {
    auto [here, there] = io::memory_streams(test.loop, stream_options);
    test.spawn(connect(connecting, std::move(here)));
    test.spawn(accept(accepting, std::move(there)));
    run();
  }

  // Sends `bytes` from one to the other and to its end; what arrived.
  Result<Buffer> carry(io::Stream& from, io::Stream& to, Bytes bytes) {
    Result<Buffer> received = Buffer();
    test.spawn(send(from, bytes));
    test.spawn(receive_all(to, received));
    run();
    return received;
  }

  // Runs what was spawned; may be called again.
  void run() {
    test.run();
    test.loop.executor().context().restart();
  }

  const Transport& transport;
  io::MemoryStreamOptions stream_options;
  io::MemoryState client_state;
  io::MemoryState server_state;
  crypto::SystemRandom random;
  io::TestLoop test;
  Result<io::StreamPtr> client = nullptr;
  Result<io::StreamPtr> server = nullptr;

 private:
  io::Task<> connect(Connector& connecting, io::StreamPtr raw) {
    const Target target("192.0.2.1", 443);
    client = co_await connecting.connect(test.loop, target, std::move(raw));
  }
  io::Task<> accept(Acceptor& accepting, io::StreamPtr raw) {
    auto accepted = co_await accepting.accept(test.loop, std::move(raw));
    server = stream_of(std::move(accepted));
  }
  static io::Task<> send(io::Stream& stream, Bytes bytes) {
    const auto written = co_await stream.write(bytes);
    EXPECT_TRUE(written);
    const auto finished = co_await stream.finish();
    EXPECT_TRUE(finished);
  }
};

// The plain case of each transport: data of odd sizes both ways, each to its half-close.
inline void expect_both_directions(const Transport& which, const Arguments& server_arguments,
                                   io::MemoryStreamOptions options, std::size_t size) {
  Ends ends(which, options);
  const auto acceptor = ends.acceptor(server_arguments);
  ASSERT_TRUE(acceptor) << acceptor.error().message();
  const auto connector = ends.connector((*acceptor)->client_arguments());
  ASSERT_TRUE(connector) << connector.error().message();
  ends.meet(**connector, **acceptor);
  ASSERT_TRUE(ends.client) << ends.client.error().message();
  ASSERT_TRUE(ends.server) << ends.server.error().message();
  const Buffer bytes = numbered(size);
  // The first half-close leaves the other direction open.
  for (const bool up : {true, false}) {
    io::Stream& from = up ? **ends.client : **ends.server;
    io::Stream& to = up ? **ends.server : **ends.client;
    const auto received = ends.carry(from, to, bytes);
    ASSERT_TRUE(received) << received.error().message();
    EXPECT_TRUE(*received == bytes) << size << (up ? " up" : " down");
  }
}

}  // namespace rozaneh::transport
