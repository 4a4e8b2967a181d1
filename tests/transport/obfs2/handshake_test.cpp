#include "transport/obfs2/handshake.h"

#include "crypto/aes.h"
#include "crypto/hash.h"
#include "transport/ends.h"
#include "transport/obfs2/codec.h"
#include "transport/obfs2/vectors.h"
#include "wire/exchange.h"

namespace rozaneh::obfs2 {
namespace {

using testing::run_whole;
using transport::array_from_hex;
using transport::from_hex;

SeedHandshake initiator() {
  return {Side::initiator, array_from_hex<kSeedSize>(vectors::kInitiatorSeed),
          from_hex(vectors::kInitiatorPadding)};
}
SeedHandshake responder() {
  return {Side::responder, array_from_hex<kSeedSize>(vectors::kResponderSeed),
          from_hex(vectors::kResponderPadding)};
}

TEST(Obfs2Handshake, SendsAndTakesTheVectors) {
  const auto first = run_whole(initiator, from_hex(vectors::kResponderHello));
  EXPECT_EQ(first.sent, vectors::kInitiatorHello);
  EXPECT_TRUE(first.done);
  const auto second = run_whole(responder, from_hex(vectors::kInitiatorHello));
  EXPECT_EQ(second.sent, vectors::kResponderHello);
  EXPECT_TRUE(second.done);
}

TEST(Obfs2Handshake, DependsOnNoCutOfTheInput) {
  testing::expect_complete_only_as_a_whole(initiator, from_hex(vectors::kResponderHello));
  testing::expect_complete_only_as_a_whole(responder, from_hex(vectors::kInitiatorHello));
}

TEST(Obfs2Handshake, LeavesWhatFollowsAlone) {
  const auto hello = from_hex(vectors::kInitiatorHello);
  const auto ending = run_whole(responder, concat(hello, from_hex(vectors::kInitiatorData)));
  EXPECT_TRUE(ending.done);
  EXPECT_EQ(ending.consumed, hello.size());
}

TEST(Obfs2Handshake, DerivesTheKeysOfTheVectors) {
  auto first = initiator();
  testing::Exchange(first).run(from_hex(vectors::kResponderHello), 100);
  auto second = responder();
  testing::Exchange(second).run(from_hex(vectors::kInitiatorHello), 100);
  CipherCodec up(first.send_key(), first.receive_key());
  CipherCodec down(second.send_key(), second.receive_key());
  const auto sent = transport::encode_all(up, bytes_of("what the initiator says"));
  EXPECT_EQ(encode_hex(sent), vectors::kInitiatorData);
  const auto answered = transport::encode_all(down, bytes_of("and what it hears"));
  EXPECT_EQ(encode_hex(answered), vectors::kResponderData);
  EXPECT_EQ(text_of(*transport::decode_in_reads(down, sent, 1)), "what the initiator says");
  EXPECT_EQ(text_of(*transport::decode_in_reads(up, answered, 5)), "and what it hears");
}

// A responder's hello whose encrypted header is `header`.
Buffer hello_with(Bytes header) {
  const Buffer seed = from_hex(vectors::kResponderSeed);
  const auto label = bytes_of("Responder obfuscation padding");
  const auto key = crypto::sha256(label, seed, label);
  Buffer sealed(header.begin(), header.end());
  crypto::AesCtr(Bytes(key).first(16), std::span(key).last<16>()).apply(sealed);
  return concat(seed, sealed);
}

TEST(Obfs2Handshake, RefusesAnotherMagic) {
  const auto ending = run_whole(initiator, hello_with(testing::hex("2bf5ca7f 00000000")));
  EXPECT_EQ(ending.failure, "obfs2: the peer does not speak obfs2");
}

TEST(Obfs2Handshake, TakesTheLongestPaddingAndRefusesLongerAtOnce) {
  const Buffer longest = concat(hello_with(testing::hex("2bf5ca7e 00002000")), Buffer(8192));
  const auto ending = run_whole(initiator, longest);
  EXPECT_TRUE(ending.done);
  EXPECT_EQ(ending.consumed, longest.size());
  EXPECT_EQ(run_whole(initiator, hello_with(testing::hex("2bf5ca7e 00002001"))).failure,
            "obfs2: the peer announces more padding than there may be");
}

TEST(Obfs2Handshake, KeepsNoPadding) {
  auto handshake = initiator();
  const Buffer longest = concat(hello_with(testing::hex("2bf5ca7e 00002000")), Buffer(8192));
  EXPECT_LE(testing::Exchange(handshake).run(longest, 100).most_held, 24U);
}

TEST(Obfs2Handshake, SendsHellosOfAllSizes) {
  crypto::SeededRandom random(std::uint64_t{1});
  std::size_t least = SIZE_MAX;
  std::size_t most = 0;
  double sum = 0;
  constexpr int kHellos = 2000;
  for (int i = 0; i < kHellos; ++i) {
    SeedHandshake handshake(Side::initiator, random);
    const std::size_t size = handshake.step({})->send.size();
    least = std::min(least, size);
    most = std::max(most, size);
    sum += static_cast<double>(size);
  }
  EXPECT_GE(least, 24U);
  EXPECT_LE(most, 24U + 8192U);
  EXPECT_LT(least, 24U + 60U);  // missed by chance less than once in a million
  EXPECT_GT(most, 24U + 8192U - 60U);
  EXPECT_NEAR(sum / kHellos, 24 + 4096, 300);  // the standard error is 53
}

}  // namespace
}  // namespace rozaneh::obfs2
