#include "transport/codec_stream.h"

#include <cassert>

#include "io/error.h"

namespace rozaneh::transport {

CodecStream::CodecStream(io::Loop& loop, io::StreamPtr inner, std::unique_ptr<Codec> codec, Bytes received)
    : loop_(loop),
      inner_(std::move(inner)),
      codec_(std::move(codec)),
      rest_(received.begin(), received.end()),
      rest_is_new_(!received.empty()) {
  assert(rest_.size() <= io::BufferPool::kBlock);
}

io::Chunk CodecStream::received_before() {
  io::Chunk chunk = loop_.pool().borrow();
  chunk.assign(std::exchange(rest_, {}));
  rest_is_new_ = false;
  return chunk;
}

io::Task<Result<io::Chunk>> CodecStream::read() {
  for (;;) {
    Result<io::Chunk> chunk;
    if (failed_) {
      // A peer that sends what is forged is not kept waiting for more: that would tell us from other
      // programs.
      const auto failure = codec_->decode({});
      if (!failure) co_return std::unexpected(failure.error());
    }
    if (rest_is_new_) {
      chunk = received_before();
    } else {
      chunk = co_await inner_->read();
      if (!chunk) co_return chunk;
      if (chunk->empty() && !rest_.empty())
        co_return fail(io::IoError::ended_early, "in the middle of a frame");
      if (chunk->empty()) co_return chunk;
      chunk->prepend(std::exchange(rest_, {}));
    }
    auto decoded = codec_->decode(chunk->bytes());
    if (decoded && decoded->failed && decoded->plain == 0) decoded = codec_->decode({});
    if (!decoded) co_return std::unexpected(decoded.error());
    failed_ = decoded->failed;
    const Bytes rest = chunk->bytes().subspan(decoded->consumed);
    rest_.assign(rest.begin(), rest.end());
    if (decoded->plain == 0) continue;
    chunk->drop_back(chunk->size() - decoded->plain);
    co_return chunk;
  }
}

io::Task<Result<>> CodecStream::write(Bytes bytes) {
  io::Chunk wire = loop_.pool().borrow();
  while (!bytes.empty()) {
    const Encoded encoded = codec_->encode(bytes, wire.whole_block());
    bytes = bytes.subspan(encoded.consumed);
    const auto written = co_await inner_->write(wire.whole_block().first(encoded.produced));
    if (!written) co_return std::unexpected(written.error());
  }
  co_return Result<>();
}

}  // namespace rozaneh::transport
