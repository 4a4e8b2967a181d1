#include "crypto/secretbox.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include "crypto/hex.h"
#include "crypto/random.h"

namespace rozaneh::crypto {
namespace {

constexpr std::size_t kTag = SecretBox::kOverhead;

// Every test runs on each implementation of Salsa20 that this CPU has; libsodium's secretbox is the
// reference.
class SecretBoxTest : public testing::TestWithParam<Salsa20> {
 protected:
  [[nodiscard]] SecretBox boxes() const { return {key_, prefix_, GetParam()}; }

  // libsodium's box for a text under a counter.
  [[nodiscard]] Buffer reference(std::uint64_t counter, Bytes text) const {
    std::array<std::uint8_t, 24> nonce;
    copy(nonce, prefix_);
    for (std::size_t i = 0; i < 8; ++i) nonce[16 + i] = static_cast<std::uint8_t>(counter >> (56 - 8 * i));
    Buffer box(kTag + text.size());
    crypto_secretbox_easy(box.data(), text.data(), text.size(), nonce.data(), key_.data());
    return box;
  }

  // A box to be sealed: garbage where the tag will be, then a random text.
  Buffer unsealed(std::size_t text_size) { return random_.bytes(kTag + text_size); }

  SeededRandom random_{1446};
  const Buffer key_bytes_ = random_.bytes(32);
  const Buffer prefix_bytes_ = random_.bytes(16);
  std::span<const std::uint8_t, 32> key_ = std::span(key_bytes_).first<32>();
  std::span<const std::uint8_t, 16> prefix_ = std::span(prefix_bytes_).first<16>();
};

INSTANTIATE_TEST_SUITE_P(Implementations, SecretBoxTest, testing::ValuesIn(salsa20_implementations()),
                         [](const auto& one) { return std::string(one.param.name); });

Bytes text_in(Bytes box) { return box.subspan(kTag); }

// Sealed frames of many sizes in one buffer, a byte apart, so that most of them are unaligned.
struct Frames {
  Buffer bytes;
  std::vector<Box> boxes;
};

Frames random_frames(Random& random, std::size_t count, std::uint32_t longest_text) {
  Frames frames;
  std::vector<std::size_t> sizes(count);
  for (auto& size : sizes) size = kTag + random.between(0, longest_text);
  for (const auto size : sizes) append(frames.bytes, random.bytes(size + 1));
  MutableBytes rest = frames.bytes;
  for (std::size_t i = 0; i < count; ++i) {
    frames.boxes.push_back({.counter = 250 + i, .bytes = rest.subspan(1, sizes[i])});
    rest = rest.subspan(sizes[i] + 1);
  }
  return frames;
}

TEST_P(SecretBoxTest, MatchesTheVectorOfNacl) {  // "Cryptography in NaCl", section 10
  const auto key = array_from_hex<32>("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389");
  const auto prefix = array_from_hex<16>("69696ee955b62b73cd62bda875fc73d6");
  const std::string_view text =
      "be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c6129"
      "6cdc3c01233561f41db66cce314adb310e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde"
      "048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f937763848645e0705";
  Buffer box = concat(Buffer(kTag), from_hex(text));
  const Box one{.counter = 0x8219e0036b7a0b37, .bytes = box};
  const SecretBox secretbox(key, prefix, GetParam());
  secretbox.seal({&one, 1});
  EXPECT_EQ(encode_hex(box),
            "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186a"
            "c0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae"
            "90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74"
            "e355a5");
  EXPECT_EQ(secretbox.open({&one, 1}), 1U);
  EXPECT_EQ(encode_hex(text_in(box)), text);
}

TEST_P(SecretBoxTest, AgreesWithLibsodiumOnEveryLength) {
  const SecretBox secretbox = boxes();
  for (std::size_t length = 0; length <= 1500; ++length) {
    Buffer box = unsealed(length);
    const Buffer text(box.begin() + kTag, box.end());
    const Box one{.counter = length, .bytes = box};
    secretbox.seal({&one, 1});
    ASSERT_EQ(box, reference(length, text)) << length;
    ASSERT_EQ(secretbox.open({&one, 1}), 1U) << length;
    ASSERT_TRUE(std::ranges::equal(text_in(box), text)) << length;
  }
}

TEST_P(SecretBoxTest, AgreesWithLibsodiumOnTheLongestText) {
  Buffer box = unsealed(65535);
  const Buffer text(box.begin() + kTag, box.end());
  const Box one{.counter = 1, .bytes = box};
  boxes().seal({&one, 1});
  EXPECT_EQ(box, reference(1, text));
}

TEST_P(SecretBoxTest, CountsInBigEndianBytes) {
  for (int shift = 0; shift < 64; shift += 4) {
    const std::uint64_t counter = std::uint64_t{1} << shift;
    Buffer box(kTag + 100);
    const Box one{.counter = counter, .bytes = box};
    boxes().seal({&one, 1});
    EXPECT_EQ(box, reference(counter, Buffer(100))) << shift;
  }
}

TEST_P(SecretBoxTest, SealsBatchesOfMixedLengthsAndNothingBesideThem) {
  for (int round = 0; round < 60; ++round) {
    Frames frames = random_frames(random_, random_.below(100), 1500);
    Buffer expected = frames.bytes;
    for (const Box& box : frames.boxes) {
      const auto at = static_cast<std::size_t>(box.bytes.data() - frames.bytes.data());
      copy(std::span(expected).subspan(at), reference(box.counter, text_in(box.bytes)));
    }
    boxes().seal(frames.boxes);
    ASSERT_EQ(frames.bytes, expected) << round;
  }
}

TEST_P(SecretBoxTest, OpensBatchesOfMixedLengthsAndWritesNothingBesideTheirTexts) {
  for (int round = 0; round < 60; ++round) {
    Frames frames = random_frames(random_, random_.below(100), 1500);
    Buffer expected = frames.bytes;
    boxes().seal(frames.boxes);
    for (const Box& box : frames.boxes) {
      const auto at = static_cast<std::size_t>(box.bytes.data() - frames.bytes.data());
      copy(std::span(expected).subspan(at), box.bytes.first(kTag));  // tags stay
    }
    ASSERT_EQ(boxes().open(frames.boxes), frames.boxes.size());
    ASSERT_EQ(frames.bytes, expected) << round;
  }
}

TEST_P(SecretBoxTest, StopsAtAForgedBoxAndLeavesTheRestUntouched) {
  constexpr std::size_t kCount = 45;  // more than the 32 that are worked on at a time
  for (std::size_t forged = 0; forged < kCount; ++forged) {
    Frames frames = random_frames(random_, kCount, 200);
    const Buffer plain = frames.bytes;
    boxes().seal(frames.boxes);
    const MutableBytes victim = frames.boxes[forged].bytes;
    victim[random_.below(static_cast<std::uint32_t>(victim.size()))] ^= 0x10;
    const Buffer sealed = frames.bytes;
    ASSERT_EQ(boxes().open(frames.boxes), forged);
    for (std::size_t i = 0; i < kCount; ++i) {
      const MutableBytes bytes = frames.boxes[i].bytes;
      const auto at = static_cast<std::size_t>(bytes.data() - frames.bytes.data()) + kTag;
      const Bytes expected = std::span(i < forged ? plain : sealed).subspan(at, bytes.size() - kTag);
      ASSERT_TRUE(std::ranges::equal(text_in(bytes), expected)) << forged << " " << i;
    }
  }
}

TEST_P(SecretBoxTest, EveryBitOfABoxCounts) {
  Buffer box = unsealed(100);
  const Box one{.counter = 1, .bytes = box};
  boxes().seal({&one, 1});
  for (std::size_t bit = 0; bit < 8 * box.size(); ++bit) {
    box[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    const Buffer before = box;
    ASSERT_EQ(boxes().open({&one, 1}), 0U) << bit;
    ASSERT_EQ(box, before) << bit;
    box[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
  }
  EXPECT_EQ(boxes().open({&one, 1}), 1U);
}

TEST_P(SecretBoxTest, OpensOnlyUnderTheSameKeyPrefixAndCounter) {
  Buffer box = unsealed(50);
  const Box right{.counter = 5, .bytes = box};
  boxes().seal({&right, 1});
  const Box wrong_counter{.counter = 6, .bytes = box};
  EXPECT_EQ(boxes().open({&wrong_counter, 1}), 0U);
  Buffer other = random_.bytes(32);
  const auto other_key = std::span(other).first<32>();
  EXPECT_EQ(SecretBox(other_key, prefix_, GetParam()).open({&right, 1}), 0U);
  EXPECT_EQ(SecretBox(key_, other_key.first<16>(), GetParam()).open({&right, 1}), 0U);
  EXPECT_EQ(boxes().open({&right, 1}), 1U);
}

TEST_P(SecretBoxTest, ABoxShorterThanItsTagIsForged) {
  Frames frames = random_frames(random_, 3, 50);
  boxes().seal(frames.boxes);
  for (std::size_t size = 0; size < kTag; ++size) {
    auto cut = frames.boxes;
    cut[0].bytes = cut[0].bytes.first(size);
    EXPECT_EQ(boxes().open(cut), 0U) << size;
  }
}

TEST_P(SecretBoxTest, ABatchOfNoneIsDone) {
  boxes().seal({});
  EXPECT_EQ(boxes().open({}), 0U);
}

TEST(SecretBox, IsSmallForConnectionsThatAreIdle) { EXPECT_LE(sizeof(SecretBox), 64U); }

TEST(SecretBoxDeathTest, SealingABoxWithoutRoomForItsTagAborts) {
  Buffer box(kTag - 1);
  const Box one{.counter = 1, .bytes = box};
  const SecretBox secretbox(std::array<std::uint8_t, 32>{}, std::array<std::uint8_t, 16>{});
  EXPECT_DEATH(secretbox.seal({&one, 1}), "");
}

}  // namespace
}  // namespace rozaneh::crypto
