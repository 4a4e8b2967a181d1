#include "transport/obfs4/cover.h"

#include <gtest/gtest.h>

#include <bit>
#include <set>

#include "crypto/random.h"

namespace rozaneh::obfs4 {
namespace {

constexpr std::size_t kFirstSegment = 1448;

// The rule's exemptions, as published (Wu et al. 2023).
std::size_t longest_printable_run(Bytes bytes) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const std::uint8_t byte : bytes) {
    run = byte >= 0x20 && byte <= 0x7e ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

double bits_a_byte(Bytes bytes) {
  int set = 0;
  for (const std::uint8_t byte : bytes) set += std::popcount(byte);
  return set / static_cast<double>(bytes.size());
}

struct CoverTest : testing::Test {
  crypto::SeededRandom random{3};

  BridgeId bridge() {
    BridgeId id;
    random.fill(id.node);
    random.fill(id.key.bytes);
    return id;
  }
  Buffer hello(const PaddingSource& source, const BridgeId& id) {
    ClientHandshake handshake(id, crypto::make_obfuscated_key_pair(random), 1, source(random));
    return handshake.step({})->send;
  }
  static Bytes first_segment(const Buffer& hello) {
    return Bytes(hello).first(std::min(hello.size(), kFirstSegment));
  }
};

TEST_F(CoverTest, IsOffUnlessNamedAndThenTheRuleWouldBlockTheHello) {
  const BridgeId id = bridge();
  const auto source = padding_source(Cover::none, id, "");
  int exempt = 0;
  for (int i = 0; i < 300; ++i) {
    const Buffer bytes = hello(source, id);
    const double weight = bits_a_byte(first_segment(bytes));
    if (longest_printable_run(first_segment(bytes)) > 20 || weight <= 3.4 || weight >= 4.6) ++exempt;
  }
  EXPECT_LE(exempt, 9);  // about 0.3 % of them by chance
}

TEST_F(CoverTest, APrintableRunExemptsEveryHello) {
  for (int i = 0; i < 200; ++i) {
    const BridgeId id = bridge();
    const Buffer bytes = hello(padding_source(Cover::printable, id, "policy"), id);
    EXPECT_GT(longest_printable_run(first_segment(bytes)), 20U);
    EXPECT_LE(bytes.size(), kLargestHello);
  }
}

TEST_F(CoverTest, LowWeightExemptsEveryHello) {
  for (int i = 0; i < 100; ++i) {
    const BridgeId id = bridge();
    const Buffer bytes = hello(padding_source(Cover::low_weight, id, "policy"), id);
    EXPECT_LE(bits_a_byte(first_segment(bytes)), 3.4);
    EXPECT_LE(bytes.size(), kLargestHello);
  }
}

// Where the run begins, how long it is, and what it is made of.
std::tuple<std::size_t, std::size_t, std::set<std::uint8_t>> find_run(Bytes bytes) {
  for (std::size_t start = 0; start < bytes.size(); ++start) {
    std::size_t end = start;
    while (end < bytes.size() && bytes[end] >= 0x20 && bytes[end] <= 0x7e) ++end;
    if (end - start > 20)
      return {start,
              end - start,
              {bytes.begin() + static_cast<std::ptrdiff_t>(start),
               bytes.begin() + static_cast<std::ptrdiff_t>(end)}};
    start = end;
  }
  return {};
}

TEST_F(CoverTest, PositionLengthAndAlphabetVaryByBridgeAndPolicy) {
  std::set<std::size_t> positions;
  std::set<std::size_t> lengths;
  std::set<std::set<std::uint8_t>> alphabets;
  const BridgeId same = bridge();
  for (int i = 0; i < 60; ++i) {
    const BridgeId id = i % 2 == 0 ? bridge() : same;
    const Buffer bytes = hello(padding_source(Cover::printable, id, "policy" + std::to_string(i)), id);
    const auto [at, length, alphabet] = find_run(first_segment(bytes));
    positions.insert(at);
    lengths.insert(length);
    alphabets.insert(alphabet);
  }
  EXPECT_GT(positions.size(), 30U);
  EXPECT_GT(lengths.size(), 20U);
  EXPECT_GT(alphabets.size(), 30U);
}

TEST_F(CoverTest, TheServerTakesCoveredHellos) {
  const ServerIdentity identity = ServerIdentity::generate(random);
  for (const Cover cover : {Cover::printable, Cover::low_weight}) {
    const auto source = padding_source(cover, identity.id, "");
    ClientHandshake client(identity.id, crypto::make_obfuscated_key_pair(random), 5, source(random));
    ServerHandshake server(
        identity, crypto::make_obfuscated_key_pair(random), 5, random, [](Bytes) { return false; },
        [](const Secret<144>&) { return Buffer(45); });
    const auto step = server.step(client.step({})->send);
    ASSERT_TRUE(step);
    EXPECT_TRUE(step->done);
  }
}

TEST(Cover, UnknownNamesAreRefused) {
  EXPECT_TRUE(parse_cover("printable"));
  EXPECT_FALSE(parse_cover("Printable"));
  EXPECT_FALSE(parse_cover(""));
}

}  // namespace
}  // namespace rozaneh::obfs4
