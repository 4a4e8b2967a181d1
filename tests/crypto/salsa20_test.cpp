#include <gtest/gtest.h>
#include <sodium.h>

#include "crypto/hex.h"
#include "crypto/random.h"
#include "crypto/salsa20_batch.h"

namespace rozaneh::crypto {
namespace {

// Every test runs on each implementation that this CPU has.
class Salsa20Test : public testing::TestWithParam<Salsa20> {};

INSTANTIATE_TEST_SUITE_P(Implementations, Salsa20Test, testing::ValuesIn(salsa20_implementations()),
                         [](const auto& one) { return std::string(one.param.name); });

// Makes of the text what libsodium does.
void xor_by_libsodium(Buffer& text, std::span<const std::uint8_t, 32> key, std::uint64_t nonce,
                      std::uint32_t block) {
  if (text.empty()) return;  // libsodium refuses a null pointer
  std::array<std::uint8_t, 8> nonce_bytes;
  for (std::size_t i = 0; i < 8; ++i) nonce_bytes[i] = static_cast<std::uint8_t>(nonce >> (56 - 8 * i));
  crypto_stream_salsa20_xor_ic(text.data(), text.data(), text.size(), nonce_bytes.data(), block, key.data());
}

TEST_P(Salsa20Test, MatchesTheEstreamVector) {  // ECRYPT, Salsa20/20, 256-bit key, set 1, vector 0
  const std::array<std::uint8_t, 32> key{0x80};
  Buffer stream(256);
  Salsa20Batch batch(GetParam(), key);
  batch.add(0, 0, stream);
  batch.flush();
  EXPECT_EQ(encode_hex(std::span(stream).first(64)),
            "e3be8fdd8beca2e3ea8ef9475b29a6e7003951e1097a5c38d23b7a5fad9f6844"
            "b22c97559e2723c7cbbd3fe4fc8d9a0744652a83e72a9c461876af4d7ef1a117");
  EXPECT_EQ(encode_hex(std::span(stream).last(64)),
            "57be81f47b17d9ae7c4ff15429a73e10acf250ed3a90a93c711308a74c6216a9"
            "ed84cd126da7f28e8abf8bb63517e1ca98e712f4fb2e1a6aed9fdc73291faa17");
}

TEST_P(Salsa20Test, AgreesWithLibsodiumOnMixedMessages) {
  SeededRandom random(20);
  for (int round = 0; round < 200; ++round) {
    const Buffer key = random.bytes(32);
    const auto key_view = std::span(key).first<32>();
    std::vector<Buffer> texts;
    std::vector<Buffer> expected;
    Salsa20Batch batch(GetParam(), key_view);
    const std::size_t count = random.between(1, 40);
    texts.reserve(count);  // the batch borrows their bytes
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t nonce = std::uint64_t{random.below(0xffffffff)} << 32 | random.below(0xffffffff);
      const std::uint32_t block = random.below(2000);
      texts.push_back(random.bytes(random.below(700)));
      expected.push_back(texts.back());
      xor_by_libsodium(expected.back(), key_view, nonce, block);
      batch.add(nonce, block, texts.back());
    }
    batch.flush();
    ASSERT_EQ(texts, expected) << round;
  }
}

TEST_P(Salsa20Test, FillsAnyNumberOfLanes) {
  SeededRandom random(32);
  const Buffer key = random.bytes(32);
  for (std::size_t lanes = 1; lanes <= 2 * GetParam().lanes + 1; ++lanes) {
    Buffer text = random.bytes(64 * lanes);
    Buffer expected = text;
    xor_by_libsodium(expected, std::span(key).first<32>(), 7, 0);
    Salsa20Batch batch(GetParam(), std::span(key).first<32>());
    batch.add(7, 0, text);
    batch.flush();
    EXPECT_EQ(text, expected) << lanes;
  }
}

TEST_P(Salsa20Test, WritesNothingBesideTheText) {
  SeededRandom random(64);
  const Buffer key = random.bytes(32);
  for (std::size_t size = 0; size <= 200; ++size) {
    for (const std::size_t offset : {std::size_t{1}, std::size_t{64}, std::size_t{67}}) {
      Buffer around(offset + size + 130, 0xaa);
      Salsa20Batch batch(GetParam(), std::span(key).first<32>());
      batch.add(1, 0, std::span(around).subspan(offset, size));
      batch.flush();
      const auto untouched = [](std::uint8_t byte) { return byte == 0xaa; };
      ASSERT_TRUE(std::ranges::all_of(std::span(around).first(offset), untouched)) << size;
      ASSERT_TRUE(std::ranges::all_of(std::span(around).subspan(offset + size), untouched)) << size;
    }
  }
}

TEST(Salsa20, TheFastestIsTheLastOfThoseThatTheCpuHas) {
  ASSERT_FALSE(salsa20_implementations().empty());
  EXPECT_EQ(fastest_salsa20().name, salsa20_implementations().back().name);
  for (const Salsa20& one : salsa20_implementations()) EXPECT_LE(one.lanes, SalsaLanes::kMost);
}

}  // namespace
}  // namespace rozaneh::crypto
