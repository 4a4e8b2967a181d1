#include "transport/obfs4/codec.h"

#include <cstring>
#include <utility>

namespace rozaneh::obfs4 {
namespace {

// The most that pad_to adds: a gap one short of a segment, or a segment and a frame.
constexpr std::size_t kMostPadding = kSegment + 2 * kFrameOverhead;
constexpr std::size_t kPaddingFrames = 2;
// A burst of no more frames leaves as one, with its padding, from any of the pool's blocks.
constexpr std::size_t kSurelyOne = 56;

// Moves payloads to the front of the wire bytes, one behind the other.
class Gather final : public FrameDecoder::Sink {
 public:
  explicit Gather(MutableBytes wire) : wire_(wire) {}

  void packet(PacketType type, MutableBytes payload) override {
    if (type == PacketType::payload) {
      // Plaintext is shorter than its frame, so it never reaches what is not yet opened.
      if (!payload.empty()) std::memmove(wire_.data() + plain, payload.data(), payload.size());
      plain += payload.size();
    } else if (type == PacketType::prng_seed && payload.size() == kSeedSize) {
      copy(seed.emplace(), payload);
    }
  }

  std::size_t plain = 0;
  std::optional<Seed> seed;

 private:
  MutableBytes wire_;
};

}  // namespace

FrameCodec::FrameCodec(FrameKey send, FrameKey receive, ShapePtr shape, IatMode mode, Random& random,
                       ShapeSource* adopt)
    : encoder_(send),
      decoder_(receive),
      shape_(std::move(shape)),
      random_(random),
      adopt_(adopt),
      mode_(mode),
      next_length_(shape_->length(random_)) {}

transport::Encoded FrameCodec::encode(Bytes plain, MutableBytes wire) {
  const std::size_t frames =
      std::min((wire.size() - kMostPadding) / kSegment, FrameEncoder::Burst::kMostFrames - kPaddingFrames);
  const Bytes taken = plain.first(std::min(plain.size(), frames * kLargestPayload));
  FrameEncoder::Burst burst(encoder_, wire);
  for (Bytes left = taken; !left.empty();) {
    const Bytes payload = left.first(std::min<std::size_t>(left.size(), kLargestPayload));
    burst.add(PacketType::payload, payload);
    left = left.subspan(payload.size());
  }
  if (mode_ != IatMode::paranoid) burst.pad_to(std::exchange(next_length_, shape_->length(random_)));
  return {.consumed = taken.size(), .produced = burst.seal()};
}

Fit FrameCodec::fit() const {
  if (mode_ == IatMode::paranoid) return {};
  // The last payload frame ends on the length itself, or just before the smallest frame of padding.
  std::size_t end = next_length_;
  if (end > 0 && (end <= kFrameOverhead || end == kSegment)) end += kSegment - kFrameOverhead - 1;
  end %= kSegment;
  return {.tail = end > kFrameOverhead ? end - kFrameOverhead : 0,
          .unit = kLargestPayload,
          .most = kSurelyOne * kLargestPayload};
}

Result<transport::Decoded> FrameCodec::decode(MutableBytes wire) {
  Gather gather(wire);
  const auto used = decoder_.open(wire, random_, gather);
  if (!used) return std::unexpected(used.error());
  if (gather.seed && adopt_ != nullptr) {
    shape_ = (*adopt_)(*gather.seed);
    next_length_ = shape_->length(random_);
  }
  return transport::Decoded{.plain = gather.plain, .consumed = *used, .failed = decoder_.failed()};
}

FrameCodec::Slice FrameCodec::slice(std::size_t waiting, MutableBytes room) {
  if (mode_ != IatMode::paranoid) return {.write = std::min<std::size_t>(waiting, kSegment), .added = 0};
  // A length of 0 would write nothing: draw again, and give a table of nothing else a whole segment.
  std::size_t target = shape_->length(random_);
  for (int tries = 0; target == 0 && tries < 8; ++tries) target = shape_->length(random_);
  if (target == 0) target = kSegment;
  if (waiting >= target) return {.write = target, .added = 0};
  FrameEncoder::Burst burst(encoder_, room);
  burst.pad_to(target, waiting);
  // Where the gap was too small for one frame there is more than the target now: the rest waits.
  return {.write = target, .added = burst.seal()};
}

Buffer FrameCodec::seed_frame() {
  Buffer frame(kSeedFrame);
  FrameEncoder::Burst burst(encoder_, frame);
  burst.add(PacketType::prng_seed, shape_->seed());
  burst.seal();
  return frame;
}

}  // namespace rozaneh::obfs4
