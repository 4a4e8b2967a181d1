#include "transport/obfs4/frame.h"

#include <cassert>

#include "base/reader.h"
#include "base/writer.h"
#include "transport/obfs4/error.h"

namespace rozaneh::obfs4 {
namespace {

constexpr std::size_t kBatch = 64;

std::uint16_t mask_of(const Drbg::Block& block) {
  return static_cast<std::uint16_t>(block[0] << 8U | block[1]);
}

}  // namespace

FrameEncoder::FrameEncoder(FrameKey key)
    : box_(key.subspan<0, 32>(), key.subspan<32, 16>()), lengths_(key.subspan<48, 24>()) {}

void FrameEncoder::Burst::add(PacketType type, Bytes payload, std::size_t padding) {
  const std::size_t box_size = kTagSize + kPacketHeader + payload.size() + padding;
  assert(box_size <= kLargestBox && count_ < kMostFrames);
  const MutableBytes frame = wire_.subspan(size_, kLengthSize + box_size);
  const std::uint16_t mask = mask_of(encoder_.lengths_.next());
  store_u16(frame, static_cast<std::uint16_t>(box_size ^ mask));
  const MutableBytes box = frame.subspan(kLengthSize);
  const MutableBytes packet = box.subspan(kTagSize);
  packet[0] = static_cast<std::uint8_t>(type);
  store_u16(packet.subspan(1), static_cast<std::uint16_t>(payload.size()));
  copy(packet.subspan(kPacketHeader), payload);
  std::ranges::fill(packet.subspan(kPacketHeader + payload.size()), std::uint8_t{0});
  boxes_[count_++] = {.counter = encoder_.counter_++, .bytes = box};
  size_ += frame.size();
}

void FrameEncoder::Burst::pad_to(std::size_t target, std::size_t before) {
  const std::size_t tail = (before + size_) % kSegment;
  const std::size_t gap = target >= tail ? target - tail : kSegment - tail + target;
  if (gap == 0) return;
  if (gap > kFrameOverhead) {
    add(PacketType::payload, {}, gap - kFrameOverhead);
  } else {
    // Too little for a frame. Deployed peers add a whole segment and a frame with that much padding, and so
    // end a frame's overhead behind the target; to end anywhere else would tell the two programs apart.
    add(PacketType::payload, {}, kLargestPayload);
    add(PacketType::payload, {}, gap);
  }
}

std::size_t FrameEncoder::Burst::seal() {
  encoder_.box_.seal(std::span(boxes_).first(count_));
  count_ = 0;
  return size_;
}

FrameDecoder::FrameDecoder(FrameKey key)
    : box_(key.subspan<0, 32>(), key.subspan<32, 16>()), lengths_(key.subspan<48, 24>()) {}

// Unmasks the next box's length into length_, unless it is there; false where even the length has not come.
bool FrameDecoder::next_length(MutableBytes wire, Random& random) {
  if (length_ != 0) return true;
  const auto masked = Reader(wire).u16();
  if (!masked) return false;
  length_ = *masked ^ mask_of(lengths_.next());
  if (length_ >= kTagSize && length_ <= kLargestBox) return true;
  length_ = static_cast<std::uint16_t>(random.between(kTagSize, kLargestBox));
  forged_length_ = true;
  return true;
}

Result<std::size_t> FrameDecoder::open(MutableBytes wire, Random& random, Sink& sink) {
  if (failure_) return std::unexpected(*failure_);
  std::size_t used = 0;
  for (;;) {
    std::array<crypto::Box, kBatch> boxes;
    std::size_t count = 0;
    bool forged = false;
    while (count < kBatch && !forged) {
      const bool known = length_ != 0;
      if (!next_length(wire.subspan(used), random)) break;
      if (!known) used += kLengthSize;
      if (wire.size() - used < length_) break;
      forged = forged_length_;
      if (!forged) boxes[count++] = {.counter = counter_++, .bytes = wire.subspan(used, length_)};
      used += std::exchange(length_, 0);
    }
    const auto batch = std::span(boxes).first(count);
    const std::size_t good = box_.open(batch);
    for (const crypto::Box& box : batch.first(good)) {
      const MutableBytes packet = box.bytes.subspan(kTagSize);
      Reader header(packet);
      const auto type = header.u8();
      const auto size = header.u16();
      if (!size || *size > header.left()) {
        failure_ = Error(Obfs4Error::bad_packet);
        return used;
      }
      sink.packet(static_cast<PacketType>(*type), packet.subspan(kPacketHeader, *size));
    }
    if (forged || good < count) failure_ = Error(Obfs4Error::bad_frame);
    if (failure_ || count < kBatch) return used;
  }
}

}  // namespace rozaneh::obfs4
