#include "transport/obfs3/handshake.h"

#include "transport/ends.h"
#include "transport/obfs3/codec.h"
#include "transport/obfs3/error.h"
#include "transport/obfs3/vectors.h"
#include "wire/exchange.h"

namespace rozaneh::obfs3 {
namespace {

using transport::array_from_hex;
using transport::from_hex;

crypto::UniformDh key_of(std::string_view private_key) {
  return crypto::UniformDh(Secret<192>(array_from_hex<192>(private_key)));
}
DhHandshake initiator() { return {Side::initiator, key_of(vectors::kInitiatorPrivate), {1, 2, 3}}; }
DhHandshake responder() { return {Side::responder, key_of(vectors::kResponderPrivate), {}}; }

// A side that has got the other's public key.
DhHandshake finished(DhHandshake handshake, std::string_view their_public) {
  const auto ending = testing::Exchange(handshake).run(from_hex(their_public), 1000);
  EXPECT_TRUE(ending.done) << ending.failure;
  return handshake;
}
DhHandshake finished_initiator() { return finished(initiator(), vectors::kResponderPublic); }
DhHandshake finished_responder() { return finished(responder(), vectors::kInitiatorPublic); }

TEST(Obfs3Handshake, SendsPublicKeyAndPadding) {
  EXPECT_EQ(encode_hex(initiator().step({})->send), std::string(vectors::kInitiatorPublic) + "010203");
  EXPECT_EQ(encode_hex(responder().step({})->send), vectors::kResponderPublic);
}

TEST(Obfs3Handshake, DependsOnNoCutOfTheInput) {
  testing::expect_complete_only_as_a_whole(initiator, from_hex(vectors::kResponderPublic));
  testing::expect_complete_only_as_a_whole(responder, from_hex(vectors::kInitiatorPublic));
}

TEST(Obfs3Handshake, LeavesThePaddingToTheCodec) {
  const auto ending = testing::run_whole(responder, concat(from_hex(vectors::kInitiatorPublic), Buffer(77)));
  EXPECT_TRUE(ending.done);
  EXPECT_EQ(ending.consumed, 192U);
}

TEST(Obfs3Handshake, DerivesTheKeysOfTheVectors) {
  const auto first = finished_initiator();
  const auto second = finished_responder();
  EXPECT_EQ(encode_hex(first.send_key().magic.bytes()), vectors::kInitiatorMagic);
  EXPECT_EQ(encode_hex(first.receive_key().magic.bytes()), vectors::kResponderMagic);
  EXPECT_EQ(encode_hex(second.send_key().magic.bytes()), vectors::kResponderMagic);
  EXPECT_EQ(encode_hex(second.receive_key().cipher.bytes()), encode_hex(first.send_key().cipher.bytes()));
}

TEST(Obfs3Handshake, RefusesAKeyThatGivesNoSecret) {
  EXPECT_EQ(testing::run_whole(responder, Buffer(192)).failure, "obfs3: the key exchange failed");
}

TEST(Obfs3Handshake, SendsHellosOfAllSizes) {
  crypto::SeededRandom random(std::uint64_t{2});
  std::size_t least = SIZE_MAX;
  std::size_t most = 0;
  double sum = 0;
  constexpr int kHellos = 400;
  for (int i = 0; i < kHellos; ++i) {
    DhHandshake handshake(Side::initiator, random);
    const std::size_t size = handshake.step({})->send.size();
    least = std::min(least, size);
    most = std::max(most, size);
    sum += static_cast<double>(size);
  }
  EXPECT_GE(least, 192U);
  EXPECT_LE(most, 192U + 4097U);
  EXPECT_LT(least, 192U + 150U);  // missed by chance less than once in a million
  EXPECT_GT(most, 192U + 4097U - 150U);
  EXPECT_NEAR(sum / kHellos, 192 + 2048.5, 350);  // the standard error is 59
}

struct Obfs3CodecTest : ::testing::Test {
  crypto::SeededRandom random{std::uint64_t{3}};
  DhHandshake first = finished_initiator();
  DhHandshake second = finished_responder();
  PaddedCodec initiator_codec{first.send_key(), first.receive_key(), random};
  PaddedCodec responder_codec{second.send_key(), second.receive_key(), random};
};

TEST_F(Obfs3CodecTest, PutsPaddingAndMagicBeforeTheFirstDataOnly) {
  const Buffer start = transport::encode_all(initiator_codec, bytes_of("what the "));
  const Buffer more = transport::encode_all(initiator_codec, bytes_of("initiator says"));
  EXPECT_EQ(more.size(), 14U);
  const std::string all = encode_hex(concat(start, more));
  const std::string expected = std::string(vectors::kInitiatorMagic) + std::string(vectors::kInitiatorData);
  EXPECT_TRUE(all.ends_with(expected));
  EXPECT_GT(all.size(), expected.size());
}

TEST_F(Obfs3CodecTest, EncodesIntoTheLeastRoom) {
  const Buffer plain = transport::numbered(100'000);
  const Buffer wire = transport::encode_all(initiator_codec, plain, transport::Codec::kLeastRoom);
  EXPECT_EQ(*transport::decode_in_reads(responder_codec, wire, 64 * 1024), plain);
}

// How much padding of whatever size stands before the magic, and how it is cut.
struct Padding {
  std::size_t size;
  std::size_t read_size;
};
struct Obfs3PaddingTest : Obfs3CodecTest, ::testing::WithParamInterface<Padding> {};

TEST_P(Obfs3PaddingTest, IsSkippedUpToTheMagic) {
  const auto [size, read_size] = GetParam();
  const Buffer wire =
      concat(random.bytes(size), from_hex(vectors::kInitiatorMagic), from_hex(vectors::kInitiatorData));
  const auto plain = transport::decode_in_reads(responder_codec, wire, read_size);
  ASSERT_TRUE(plain) << plain.error().message();
  EXPECT_EQ(text_of(*plain), "what the initiator says");
}

INSTANTIATE_TEST_SUITE_P(Obfs3, Obfs3PaddingTest,
                         ::testing::Values(Padding(0, 1), Padding(0, 65536), Padding(1, 31), Padding(31, 32),
                                           Padding(32, 32), Padding(33, 33), Padding(100, 1),
                                           Padding(4097, 7), Padding(8193, 8192), Padding(8194, 1),
                                           Padding(8194, 65536)));

TEST_F(Obfs3CodecTest, RefusesOneByteMorePaddingHoweverItIsCut) {
  const Buffer wire =
      concat(Buffer(8195), from_hex(vectors::kInitiatorMagic), from_hex(vectors::kInitiatorData));
  for (const auto read_size : std::initializer_list<std::size_t>{1, 31, 8192, 8226, 65536}) {
    PaddedCodec codec(second.send_key(), second.receive_key(), random);
    const auto plain = transport::decode_in_reads(codec, wire, read_size);
    ASSERT_FALSE(plain) << read_size;
    EXPECT_TRUE(plain.error().is(Obfs3Error::no_magic));
    Buffer later = from_hex(vectors::kInitiatorMagic);
    EXPECT_FALSE(codec.decode(later)) << "a failure stays";
  }
}

TEST_F(Obfs3CodecTest, FailsWithinTheBound) {
  Buffer padding(8226);
  PaddedCodec patient(second.send_key(), second.receive_key(), random);
  EXPECT_TRUE(patient.decode(MutableBytes(padding).first(8225)));
  EXPECT_FALSE(responder_codec.decode(padding));
}

TEST_F(Obfs3CodecTest, KeepsNothingUnconsumedWhileItSearches) {
  Buffer padding = random.bytes(5000);
  const auto decoded = responder_codec.decode(padding);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->plain, 0U);
  EXPECT_EQ(decoded->consumed, padding.size());
}

}  // namespace
}  // namespace rozaneh::obfs3
