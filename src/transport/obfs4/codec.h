// An established obfs4 connection's two directions, without I/O.
#pragma once

#include <functional>

#include "transport/codec.h"
#include "transport/obfs4/frame.h"
#include "transport/obfs4/shape.h"

namespace rozaneh::obfs4 {

// Asked for the shape of a seed that the server has sent.
using ShapeSource = std::function<ShapePtr(const Seed&)>;

class FrameCodec final : public transport::Codec {
 public:
  // `adopt` is empty on the server, which has no use for seeds. `random` outlives the codec.
  FrameCodec(FrameKey send, FrameKey receive, ShapePtr shape, IatMode mode, Random& random,
             ShapeSource* adopt);

  // A burst of plaintext ends on a length of the shape, but in mode paranoid, where `slice` sees to it.
  transport::Encoded encode(Bytes plain, MutableBytes wire) override;
  // The length on which the next burst ends is drawn before it, so that this can say what leads there.
  [[nodiscard]] Fit fit() const override;
  Result<transport::Decoded> decode(MutableBytes wire) override;

  // Modes enabled and paranoid: how many of `waiting` encoded bytes the next write takes, after padding
  // frames have been added to `padding` (returned count) where paranoid needs more than there are.
  struct Slice {
    std::size_t write;  // bytes of waiting and added together
    std::size_t added;  // bytes put into `room`
  };
  Slice slice(std::size_t waiting, MutableBytes room);

  // The pause that follows a write, in units of 100 microseconds.
  [[nodiscard]] std::uint16_t pause() { return shape_->pause(random_); }
  [[nodiscard]] IatMode mode() const { return mode_; }

  // The frame with the server's seed, which is sent behind its hello; 45 bytes.
  Buffer seed_frame();

 private:
  FrameEncoder encoder_;
  FrameDecoder decoder_;
  ShapePtr shape_;
  Random& random_;
  ShapeSource* adopt_;  // borrowed from the connector; null on the server
  IatMode mode_;
  std::uint16_t next_length_;  // of the shape, for the next burst
};

}  // namespace rozaneh::obfs4
