#include "lab/flow/stream_prefix.h"

#include <gtest/gtest.h>

#include <random>

#include "lab/packets.h"

namespace rozaneh::lab {
namespace {

bool add(StreamPrefix& stream, std::uint32_t seq, std::string_view text, std::uint8_t flags = kAck) {
  return stream.add({.seq = seq, .flags = flags}, bytes_of(text));
}

TEST(StreamPrefix, BeginsBehindTheSyn) {
  StreamPrefix stream;
  EXPECT_FALSE(add(stream, 99, "", kSyn));
  EXPECT_TRUE(stream.has_syn());
  EXPECT_TRUE(add(stream, 100, "hel"));
  EXPECT_TRUE(add(stream, 103, "lo"));
  EXPECT_EQ(text_of(stream.bytes()), "hello");
  EXPECT_EQ(stream.furthest(), 5U);
}

TEST(StreamPrefix, TakesDataInTheSyn) {
  StreamPrefix stream;
  EXPECT_TRUE(add(stream, 99, "ab", kSyn));
  EXPECT_TRUE(add(stream, 102, "c"));
  EXPECT_EQ(text_of(stream.bytes()), "abc");
}

TEST(StreamPrefix, BeginsWithTheFirstDataWhereNoSynWasSeen) {
  StreamPrefix stream;
  EXPECT_FALSE(add(stream, 7, ""));
  EXPECT_TRUE(add(stream, 1000, "abc"));
  EXPECT_FALSE(stream.has_syn());
  EXPECT_FALSE(add(stream, 990, "before"));
  EXPECT_TRUE(add(stream, 995, "before!xyz"));
  EXPECT_EQ(text_of(stream.bytes()), "abcyz");
}

TEST(StreamPrefix, WaitsForWhatIsMissing) {
  StreamPrefix stream;
  add(stream, 99, "", kSyn);
  EXPECT_FALSE(add(stream, 104, "ef"));
  EXPECT_FALSE(add(stream, 102, "c"));
  EXPECT_TRUE(stream.has_gap());
  EXPECT_EQ(stream.size(), 0U);
  EXPECT_TRUE(add(stream, 100, "ab"));
  EXPECT_EQ(text_of(stream.bytes()), "abc");
  EXPECT_TRUE(stream.has_gap());
  EXPECT_TRUE(add(stream, 103, "d"));
  EXPECT_EQ(text_of(stream.bytes()), "abcdef");
  EXPECT_FALSE(stream.has_gap());
}

TEST(StreamPrefix, TellsNothingNewOfRepeats) {
  StreamPrefix stream;
  add(stream, 99, "", kSyn);
  EXPECT_TRUE(add(stream, 100, "abc"));
  EXPECT_FALSE(add(stream, 100, "abc"));
  EXPECT_FALSE(add(stream, 99, "", kSyn));
  EXPECT_TRUE(add(stream, 100, "XYZdef"));
  EXPECT_EQ(text_of(stream.bytes()), "abcdef");
}

TEST(StreamPrefix, TakesTheFirstOrTheLastOfWhatOverlapsBehindAGap) {
  for (const auto overlap : {Overlap::first_wins, Overlap::last_wins}) {
    StreamPrefix stream(100, overlap);
    add(stream, 99, "", kSyn);
    add(stream, 102, "cd");
    add(stream, 106, "gh");
    add(stream, 101, "BCDEFGHI");
    add(stream, 100, "a");
    EXPECT_EQ(text_of(stream.bytes()), overlap == Overlap::first_wins ? "aBcdEFghI" : "aBCDEFGHI");
  }
}

TEST(StreamPrefix, GoesOnAcrossTheEndOfTheNumbers) {
  StreamPrefix stream;
  add(stream, 0xfffffffd, "", kSyn);
  EXPECT_FALSE(add(stream, 1, "de"));
  EXPECT_TRUE(add(stream, 0xfffffffe, "abc"));
  EXPECT_EQ(text_of(stream.bytes()), "abcde");
}

TEST(StreamPrefix, DoesNotTakeALaterRoundForTheBeginning) {
  StreamPrefix stream(10);
  add(stream, 99, "", kSyn);
  std::uint32_t seq = 100;
  for (int i = 0; i < 6; ++i, seq += 0x3fffffff) add(stream, seq, i == 0 ? "a" : "b");
  EXPECT_GT(stream.furthest(), 0xffffffffU);
  EXPECT_FALSE(add(stream, 101, "late"));
  EXPECT_EQ(text_of(stream.bytes()), "a");
}

TEST(StreamPrefix, PassesOverWhatIsTooFarAhead) {
  for (const std::uint32_t ahead : {(1U << 30U) - 1, 1U << 30U}) {
    StreamPrefix stream;
    add(stream, 99, "", kSyn);
    add(stream, 100 + ahead, "x");
    EXPECT_EQ(stream.furthest(), ahead < 1U << 30U ? ahead + 1 : 0);
  }
}

TEST(StreamPrefix, KeepsNoMoreThanItsLimit) {
  StreamPrefix stream(4);
  add(stream, 99, "", kSyn);
  EXPECT_TRUE(add(stream, 100, "abc"));
  EXPECT_FALSE(stream.is_full());
  EXPECT_TRUE(add(stream, 103, "defg"));
  EXPECT_TRUE(stream.is_full());
  EXPECT_EQ(text_of(stream.bytes()), "abcd");
  EXPECT_FALSE(add(stream, 107, "h"));
  EXPECT_EQ(stream.furthest(), 8U);
  EXPECT_EQ(StreamPrefix::kDefaultLimit, 32768U);
}

TEST(StreamPrefix, KnowsItsEnd) {
  StreamPrefix stream;
  add(stream, 99, "", kSyn);
  add(stream, 103, "d", kAck | kFin);
  EXPECT_TRUE(stream.has_fin());
  EXPECT_FALSE(stream.is_complete());
  add(stream, 100, "abc");
  EXPECT_TRUE(stream.is_complete());
  StreamPrefix empty;
  add(empty, 99, "", kSyn);
  add(empty, 100, "", kFin | kAck);
  EXPECT_TRUE(empty.is_complete());
}

TEST(StreamPrefix, HoldsSixtyFourRangesApart) {
  StreamPrefix stream;
  add(stream, 99, "", kSyn);
  for (std::uint32_t i = 1; i <= 65; ++i) add(stream, 100 + 2 * i, "x");
  for (std::uint32_t i = 0; i <= 65; ++i) add(stream, 101 + 2 * i, "y");
  add(stream, 100, "z");
  EXPECT_EQ(stream.size(), 1U + 2 * 64 + 1);
}

// Whatever the order and the cuts, the bytes come out: the stream is cut at random, shuffled, and parts
// repeated.
TEST(StreamPrefix, GivesTheStreamForEveryOrderOfItsSegments) {
  const Buffer whole = counting(2000);
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    const std::uint32_t isn = static_cast<std::uint32_t>(random());
    std::vector<std::pair<std::size_t, std::size_t>> cuts;
    for (std::size_t at = 0; at < whole.size();) {
      const std::size_t size = std::min<std::size_t>(1 + random() % 100, whole.size() - at);
      cuts.emplace_back(at, size);
      at += size;
    }
    for (int i = 0; i < 20; ++i) {
      const std::size_t at = random() % whole.size();
      cuts.emplace_back(at, std::min<std::size_t>(random() % 200, whole.size() - at));
    }
    std::shuffle(cuts.begin(), cuts.end(), random);
    StreamPrefix stream(8192);
    stream.add({.seq = isn, .flags = kSyn}, {});
    std::size_t grown = 0;
    for (const auto& [at, size] : cuts) {
      const bool grew =
          stream.add({.seq = isn + 1 + static_cast<std::uint32_t>(at)}, Bytes(whole).subspan(at, size));
      ASSERT_EQ(grew, stream.size() > grown) << "seed " << seed;
      grown = stream.size();
      ASSERT_TRUE(std::ranges::equal(stream.bytes(), Bytes(whole).first(grown))) << "seed " << seed;
    }
    ASSERT_EQ(grown, whole.size()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace rozaneh::lab
