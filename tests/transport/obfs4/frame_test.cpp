#include <set>

#include "transport/ends.h"
#include "transport/obfs4/codec.h"
#include "transport/obfs4/error.h"

namespace rozaneh::obfs4 {
namespace {

using transport::decode_in_reads;
using transport::encode_all;
using transport::numbered;

struct FrameTest : testing::Test {
  crypto::SeededRandom random{7};
  Buffer key = random.bytes(kFrameKeySize);
  FrameKey frame_key = FrameKey(key);
  ShapePtr shape = std::make_shared<const Shape>(Seed{}, WeightedTable::Weights::uniform);

  FrameCodec codec(IatMode mode = IatMode::none) {
    return {frame_key, frame_key, shape, mode, random, nullptr};
  }
};

TEST_F(FrameTest, WhatIsEncodedComesBackHoweverItIsCut) {
  for (const std::size_t size : {0U, 1U, 1426U, 1427U, 1428U, 2854U, 65536U, 200'000U}) {
    const Buffer plain = numbered(size);
    FrameCodec sender = codec();
    const Buffer wire = encode_all(sender, plain);
    for (const std::size_t read : {1U, 2U, 3U, 1447U, 1448U, 65536U}) {
      if (read < 4 && size > 3000) continue;
      FrameCodec receiver = codec();
      const auto got = decode_in_reads(receiver, wire, read);
      ASSERT_TRUE(got) << got.error().message();
      EXPECT_TRUE(*got == plain) << size << " in reads of " << read;
    }
  }
}

TEST_F(FrameTest, ABurstEndsOnALengthOfTheShape) {
  // A seed's table has at most 100 lengths of the 1449: bursts end on no other.
  std::set<std::uint16_t> lengths;
  for (int i = 0; i < 20'000; ++i) lengths.insert(shape->length(random));
  FrameCodec sender = codec();
  Buffer block(io::BufferPool::kBlock);
  for (std::size_t size = 1; size < 3000; size += 7) {
    const auto encoded = sender.encode(numbered(size), block);
    const std::size_t end = encoded.produced % kSegment;
    const bool overshot =
        end >= kFrameOverhead && lengths.contains(static_cast<std::uint16_t>(end - kFrameOverhead));
    EXPECT_TRUE(overshot || lengths.contains(static_cast<std::uint16_t>(end))) << size;
  }
}

TEST_F(FrameTest, WhatFitsIsHardlyPadded) {
  constexpr std::size_t kSmallestPadding = kFrameOverhead + 1;
  FrameCodec sender = codec();
  Buffer block(io::BufferPool::kBlock);
  for (std::size_t most = 1'500; most < 100'000; most += 97) {
    const std::size_t fitting = sender.fit().of(most);
    ASSERT_LE(fitting, most);
    EXPECT_GT(fitting + kSegment, std::min<std::size_t>(most, 80'000));
    const auto encoded = sender.encode(numbered(fitting), block);
    EXPECT_EQ(encoded.consumed, fitting);
    const std::size_t frames = (fitting + kLargestPayload - 1) / kLargestPayload;
    EXPECT_LE(encoded.produced, fitting + frames * kFrameOverhead + kSmallestPadding);
  }
}

TEST_F(FrameTest, NothingFitsWhereEachWriteHasALengthOfItsOwn) {
  EXPECT_EQ(codec(IatMode::paranoid).fit().of(5'000), 5'000U);
}

TEST_F(FrameTest, PaddingFillsEveryGap) {
  Buffer wire(8 * kSegment);
  for (std::size_t before = 1; before <= kLargestPayload; before += 13) {
    for (std::size_t target = 0; target <= kSegment; target += 11) {
      FrameEncoder encoder(frame_key);
      FrameEncoder::Burst burst(encoder, wire);
      burst.add(PacketType::payload, numbered(before));
      burst.pad_to(target);
      const std::size_t gap = (target + kSegment - (before + kFrameOverhead) % kSegment) % kSegment;
      const std::size_t behind = gap >= 1 && gap <= kFrameOverhead ? kFrameOverhead : 0;
      EXPECT_EQ(burst.size() % kSegment, (target + behind) % kSegment) << before << " to " << target;
    }
  }
}

TEST_F(FrameTest, OverheadIsTwentyOneBytesASegment) {
  FrameCodec sender = codec(IatMode::paranoid);  // no padding at the end of a burst
  EXPECT_EQ(encode_all(sender, numbered(10 * kLargestPayload)).size(), 10U * kSegment);
}

TEST_F(FrameTest, EveryChangedBitIsNoticed) {
  FrameCodec sender = codec();
  const Buffer wire = encode_all(sender, numbered(40));
  for (std::size_t bit = 0; bit < wire.size() * 8; bit += 5) {
    Buffer bad = wire;
    bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ 1U << bit % 8);
    // A changed length may wait for bytes that never come: then nothing may be given out behind it.
    append(bad, numbered(kSegment));
    FrameCodec receiver = codec();
    const auto got = decode_in_reads(receiver, bad, bad.size());
    // Behind the first frame is padding: what stands before the damage is given out, and nothing else is.
    const bool in_payload_frame = bit / 8 < kFrameOverhead + 40U;
    EXPECT_TRUE(!got || *got == (in_payload_frame ? Buffer() : numbered(40))) << "bit " << bit;
  }
}

TEST_F(FrameTest, PlaintextBeforeAForgeryIsGivenOutAndTheFailureStays) {
  FrameCodec sender = codec(IatMode::paranoid);
  Buffer wire = encode_all(sender, numbered(3 * kLargestPayload));
  wire[2 * kSegment + 100] ^= 1U;
  FrameCodec receiver = codec();
  const auto decoded = receiver.decode(wire);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->plain, 2U * kLargestPayload);
  EXPECT_TRUE(decoded->failed);
  for (int i = 0; i < 2; ++i) {
    const auto again = receiver.decode({});
    ASSERT_FALSE(again);
    EXPECT_TRUE(again.error().is(Obfs4Error::bad_frame));
  }
}

TEST_F(FrameTest, ALengthOutOfRangeIsNotToldFromAForgery) {
  // 65535 is no length of a box: the receiver reads a random one first and then fails, never at once.
  Drbg lengths(frame_key.subspan<48, 24>());
  const auto mask = lengths.next();
  std::set<std::size_t> failed_at;
  for (int i = 0; i < 40; ++i) {
    Buffer wire = random.bytes(2 + kLargestBox);
    wire[0] = static_cast<std::uint8_t>(0xff ^ mask[0]);
    wire[1] = static_cast<std::uint8_t>(0xff ^ mask[1]);
    FrameCodec receiver = codec();
    Buffer rest;
    for (std::size_t read = 0; read < wire.size(); ++read) {
      rest.push_back(wire[read]);
      const auto decoded = receiver.decode(rest);
      ASSERT_TRUE(decoded) << "the failure comes with the call after";
      rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(decoded->consumed));
      if (!receiver.decode({})) {
        failed_at.insert(read);
        break;
      }
    }
  }
  EXPECT_GT(failed_at.size(), 20U);
  EXPECT_GE(*failed_at.begin(), 1U + kTagSize);
}

TEST_F(FrameTest, PacketsOfUnknownTypesAreIgnored) {
  Buffer wire(4 * kSegment);
  FrameEncoder encoder(frame_key);
  FrameEncoder::Burst burst(encoder, wire);
  burst.add(static_cast<PacketType>(77), numbered(5));
  burst.add(PacketType::payload, numbered(6), 9);
  wire.resize(burst.seal());
  FrameCodec receiver = codec();
  const auto got = decode_in_reads(receiver, wire, wire.size());
  ASSERT_TRUE(got);
  EXPECT_EQ(*got, numbered(6));
}

TEST_F(FrameTest, APacketThatSaysMoreThanItHoldsIsRefused) {
  // Sealed properly, so only an authentic peer could send it: header 0 | 6 bytes, five are there.
  Buffer wire(2 + kTagSize + 3 + 5);
  Drbg lengths(frame_key.subspan<48, 24>());
  const auto mask = lengths.next();
  const std::size_t box = wire.size() - 2;
  wire[0] = static_cast<std::uint8_t>(box >> 8U ^ mask[0]);
  wire[1] = static_cast<std::uint8_t>(box ^ mask[1]);
  wire[2 + kTagSize + 2] = 6;
  const crypto::SecretBox sealer(frame_key.subspan<0, 32>(), frame_key.subspan<32, 16>());
  const crypto::Box sealed{.counter = 1, .bytes = MutableBytes(wire).subspan(2)};
  sealer.seal({&sealed, 1});
  FrameCodec receiver = codec();
  (void)receiver.decode(wire);
  const auto failure = receiver.decode({});
  ASSERT_FALSE(failure);
  EXPECT_TRUE(failure.error().is(Obfs4Error::bad_packet));
}

TEST_F(FrameTest, TheServersSeedGivesTheClientItsShape) {
  std::vector<Seed> adopted;
  ShapeSource adopt = [&](const Seed& seed) {
    adopted.push_back(seed);
    return shape;
  };
  Seed seed{};
  random.fill(seed);
  FrameCodec server(frame_key, frame_key,
                    std::make_shared<const Shape>(seed, WeightedTable::Weights::uniform), IatMode::none,
                    random, nullptr);
  FrameCodec client(frame_key, frame_key, shape, IatMode::none, random, &adopt);
  Buffer frame = server.seed_frame();
  EXPECT_EQ(frame.size(), 45U);
  ASSERT_TRUE(client.decode(frame));
  EXPECT_EQ(adopted, std::vector<Seed>{seed});
}

TEST_F(FrameTest, SlicesOfModeOneAreFullSegments) {
  FrameCodec sender = codec(IatMode::enabled);
  EXPECT_EQ(sender.slice(5000, {}).write, std::size_t{kSegment});
  EXPECT_EQ(sender.slice(100, {}).write, 100U);
  EXPECT_EQ(sender.slice(100, {}).added, 0U);
}

TEST_F(FrameTest, SlicesOfModeTwoHaveLengthsOfTheShapeAndStillDecode) {
  std::set<std::size_t> lengths;
  for (int i = 0; i < 20'000; ++i) lengths.insert(shape->length(random));
  for (const std::size_t size : {1U, 700U, 1427U, 20'000U}) {
    FrameCodec sender = codec(IatMode::paranoid);
    Buffer block(io::BufferPool::kBlock);
    const Buffer plain = numbered(size);
    const auto encoded = sender.encode(plain, block);
    Buffer wire;
    std::size_t waiting = encoded.produced;
    MutableBytes left(block);
    while (waiting > 0) {
      const auto slice = sender.slice(waiting, left.subspan(waiting));
      waiting += slice.added;
      ASSERT_LE(slice.write, waiting);
      EXPECT_TRUE(lengths.contains(slice.write)) << slice.write;
      append(wire, left.first(slice.write));
      left = left.subspan(slice.write);
      waiting -= slice.write;
    }
    FrameCodec receiver = codec();
    const auto got = decode_in_reads(receiver, wire, 1448);
    ASSERT_TRUE(got);
    EXPECT_TRUE(*got == plain) << size;
  }
}

}  // namespace
}  // namespace rozaneh::obfs4
