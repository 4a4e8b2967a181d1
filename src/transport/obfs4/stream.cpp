#include "transport/obfs4/stream.h"

#include "transport/codec_stream.h"

namespace rozaneh::obfs4 {
namespace {

constexpr std::chrono::microseconds kPauseUnit{100};

// Writes in slices with pauses; reads as everybody does.
class PacedStream final : public io::Stream {
 public:
  PacedStream(io::Loop& loop, std::unique_ptr<transport::CodecStream> inner, io::Stream& wire,
              FrameCodec& codec)
      : loop_(loop), inner_(std::move(inner)), wire_(wire), codec_(codec) {}

  io::Task<Result<io::Chunk>> read() override { return inner_->read(); }
  io::Task<Result<>> finish() override { return inner_->finish(); }
  void abort() noexcept override { inner_->abort(); }

  io::Task<Result<>> write(Bytes bytes) override {
    // A burst is no longer than peers' bursts are, so that what waits behind the pauses stays small.
    constexpr std::size_t kBurst = 32 * 1024;
    while (!bytes.empty()) {
      io::Chunk burst = loop_.pool().borrow();
      const MutableBytes block = burst.whole_block();
      const auto encoded = codec_.encode(bytes.first(std::min(bytes.size(), kBurst)), block);
      bytes = bytes.subspan(encoded.consumed);
      const auto written = co_await pour(block, encoded.produced);
      if (!written) co_return written;
    }
    co_return Result<>();
  }

 private:
  // Writes the first `waiting` bytes of the block, slice by slice; padding is added behind them as needed.
  io::Task<Result<>> pour(MutableBytes block, std::size_t waiting) {
    while (waiting > 0) {
      const auto slice = codec_.slice(waiting, block.subspan(waiting));
      waiting += slice.added;
      const auto written = co_await wire_.write(block.first(slice.write));
      if (!written) co_return written;
      block = block.subspan(slice.write);
      waiting -= slice.write;
      const std::uint16_t pause = codec_.pause();
      if (pause > 0) co_await loop_.sleep(pause * kPauseUnit);
    }
    co_return Result<>();
  }

  io::Loop& loop_;
  std::unique_ptr<transport::CodecStream> inner_;
  io::Stream& wire_;   // what inner_ is made of; owned by it
  FrameCodec& codec_;  // likewise
};

}  // namespace

io::StreamPtr make_stream(io::Loop& loop, io::StreamPtr inner, std::unique_ptr<FrameCodec> codec,
                          Bytes received) {
  io::Stream& wire = *inner;
  FrameCodec& frames = *codec;
  auto stream = std::make_unique<transport::CodecStream>(loop, std::move(inner), std::move(codec), received);
  if (frames.mode() == IatMode::none) return stream;
  return std::make_unique<PacedStream>(loop, std::move(stream), wire, frames);
}

}  // namespace rozaneh::obfs4
