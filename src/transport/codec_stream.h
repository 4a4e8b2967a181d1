// A Stream made of a Stream and a codec. Holds no buffer while nothing moves.
#pragma once

#include "io/loop.h"
#include "io/stream.h"
#include "transport/codec.h"

namespace rozaneh::transport {

class CodecStream final : public io::Stream {
 public:
  // `received` are wire bytes that came behind the handshake; fewer than a pool's block.
  CodecStream(io::Loop& loop, io::StreamPtr inner, std::unique_ptr<Codec> codec, Bytes received);

  io::Task<Result<io::Chunk>> read() override;
  io::Task<Result<>> write(Bytes bytes) override;
  // Half-close: the peer sees the end of the connection behind the last byte.
  io::Task<Result<>> finish() override { return inner_->finish(); }
  void abort() noexcept override { inner_->abort(); }
  [[nodiscard]] Fit fit() const override { return codec_->fit(); }

 private:
  // What came behind the handshake, as if it had been read now.
  io::Chunk received_before();

  io::Loop& loop_;
  io::StreamPtr inner_;
  std::unique_ptr<Codec> codec_;
  Buffer rest_;  // the start of a frame that has not come as a whole
  bool rest_is_new_;
  bool failed_ = false;  // the codec has a failure to tell
};

}  // namespace rozaneh::transport
