#include "tunnel/record.h"

#include <gtest/gtest.h>

#include <set>

#include "base/encoding.h"
#include "base/reader.h"
#include "crypto/random.h"

namespace rozaneh::tunnel {
namespace {

using noise::CipherState;

struct RecordTest : testing::Test {
  noise::Key key{std::array<std::uint8_t, 32>{1}};
  Secret<32> mask{std::array<std::uint8_t, 32>{2}};
  RecordSealer sealer{CipherState(key, CipherState::Use::seal), mask};
  RecordOpener opener{CipherState(key, CipherState::Use::open), mask};

  Buffer sealed(Bytes plain) {
    Buffer block(kRecordHead + plain.size() + kRecordTag);
    copy(MutableBytes(block).subspan(kRecordHead), plain);
    EXPECT_EQ(sealer.seal(block, plain.size()), block.size());
    return block;
  }
};

// The key streams of a key of zeros (RFC 8439, appendix A.1, vectors 1 and 2).
TEST(LengthMask, IsChaCha20sKeyStream) {
  LengthMask mask((Secret<32>()));
  EXPECT_EQ(mask.next(), 0x76b8);
  EXPECT_EQ(mask.next(), 0xe0ad);
  for (int i = 2; i < 32; ++i) static_cast<void>(mask.next());
  EXPECT_EQ(mask.next(), 0x9f07);
}

TEST_F(RecordTest, OfAnySizeComeBackHoweverTheyAreCut) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{100}, kMaxPlaintext}) {
    const Buffer plain(size, 0x5a);
    Buffer record = sealed(plain);
    for (const std::size_t cut : {std::size_t{0}, std::size_t{1}, std::size_t{2}, record.size() - 1}) {
      const auto early = opener.open(MutableBytes(record).first(cut));
      ASSERT_TRUE(early);
      EXPECT_FALSE(*early);
    }
    const auto opened = opener.open(record);
    ASSERT_TRUE(opened && *opened);
    EXPECT_TRUE(std::ranges::equal((*opened)->plain, plain));
    EXPECT_EQ((*opened)->consumed, record.size());
  }
}

TEST_F(RecordTest, ShowNoLength) {
  std::set<std::uint16_t> lengths;
  for (int i = 0; i < 100; ++i) lengths.insert(*Reader(sealed(Buffer(10))).u16());
  EXPECT_GT(lengths.size(), 90U);
}

TEST_F(RecordTest, RollTheirKeyTogether) {
  const Buffer plain(1);
  for (std::uint64_t i = 0; i < 2 * kRecordsPerKey + 2; ++i) {
    Buffer record = sealed(plain);
    const auto opened = opener.open(record);
    ASSERT_TRUE(opened && *opened) << i;
  }
  // And not with a key that was not rolled.
  RecordSealer old(CipherState(key, CipherState::Use::seal), mask);
  CipherState first(key, CipherState::Use::open);
  first.set_nonce(kRecordsPerKey);
  Buffer last;
  for (std::uint64_t i = 0; i <= kRecordsPerKey; ++i) {
    last.assign(kRecordHead + 1 + kRecordTag, 0);
    static_cast<void>(old.seal(last, 1));
  }
  EXPECT_FALSE(first.open(MutableBytes(last).subspan(kRecordHead)));
}

TEST_F(RecordTest, ThatWereChangedFail) {
  const Buffer plain(40, 1);
  Buffer record = sealed(plain);
  record[10] ^= 1;
  const auto opened = opener.open(record);
  ASSERT_FALSE(opened);
  EXPECT_TRUE(opened.error().is(TunnelError::record));
}

TEST_F(RecordTest, OfAnImpossibleLengthFailAtOnce) {
  for (const std::size_t length :
       {std::size_t{0}, kRecordTag, kMaxPlaintext + kRecordTag + 1, std::size_t{0xffff}}) {
    RecordOpener one(CipherState(key, CipherState::Use::open), mask);
    const auto masked = static_cast<std::uint16_t>(length ^ LengthMask(mask).next());
    Buffer head = {static_cast<std::uint8_t>(masked >> 8U), static_cast<std::uint8_t>(masked)};
    const auto opened = one.open(head);
    ASSERT_FALSE(opened) << length;
    EXPECT_TRUE(opened.error().is(TunnelError::record));
  }
}

TEST_F(RecordTest, ThatComeTwiceFail) {
  Buffer record = sealed(Buffer(40, 1));
  Buffer again = record;
  ASSERT_TRUE(opener.open(record));
  EXPECT_FALSE(opener.open(again).value_or(std::nullopt));
}

}  // namespace
}  // namespace rozaneh::tunnel
