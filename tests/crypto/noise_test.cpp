#include <gtest/gtest.h>

#include <limits>

#include "crypto/hex.h"
#include "crypto/noise_sides.h"

namespace rozaneh::noise {
namespace {

constexpr std::size_t kTag = CipherState::kTag;

Buffer text(std::string_view text) { return {text.begin(), text.end()}; }

// A text with room for its tag.
Buffer unsealed(std::string_view from) { return concat(text(from), Buffer(kTag)); }

template <class T>
::testing::AssertionResult fails_with(const Result<T>& result, NoiseError error) {
  if (!result && result.error().is(error)) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << (result ? "it did not fail" : result.error().message());
}

class Noise : public testing::TestWithParam<Pattern> {
 protected:
  Noise() { sides_.pattern = GetParam(); }

  [[nodiscard]] Buffer first() const { return sides_.initiator().write(text("early")).value(); }

  // A second message that answers first().
  [[nodiscard]] Buffer second() const {
    HandshakeState server = sides_.responder();
    EXPECT_TRUE(server.read(first()));
    return server.write(text("late")).value();
  }

  // What the initiator says of a second message.
  [[nodiscard]] Result<Buffer> answered(Bytes message) const {
    HandshakeState client = sides_.initiator();
    EXPECT_TRUE(client.write(text("early")));
    return client.read(message);
  }

  Sides sides_;
};

INSTANTIATE_TEST_SUITE_P(Patterns, Noise, testing::Values(Pattern::nk, Pattern::nkpsk0, Pattern::nkpsk2));

TEST_P(Noise, NoByteOfTheFirstMessageCanBeAltered) {
  for (std::size_t i = 0; i < first().size(); ++i) {
    Buffer message = first();
    message[i] ^= 0x80;
    // The top bit of a key is not read, but hashed.
    EXPECT_TRUE(fails_with(sides_.responder().read(message), NoiseError::forged)) << i;
  }
}

TEST_P(Noise, NoByteOfTheSecondMessageCanBeAltered) {
  const Buffer good = second();
  ASSERT_EQ(answered(good).value(), text("late"));
  for (std::size_t i = 0; i < good.size(); ++i) {
    Buffer message = good;
    message[i] ^= 0x80;
    EXPECT_TRUE(fails_with(answered(message), NoiseError::forged)) << i;
  }
}

TEST_P(Noise, NoPartOfAMessageIsOne) {
  const Buffer one = first();
  const Buffer other = second();
  for (std::size_t size = 0; size < one.size(); ++size) {
    const auto expected = size < HandshakeState::kOverhead ? NoiseError::too_short : NoiseError::forged;
    EXPECT_TRUE(fails_with(sides_.responder().read(Bytes(one).first(size)), expected)) << size;
  }
  for (std::size_t size = 0; size < other.size(); ++size) {
    const auto expected = size < HandshakeState::kOverhead ? NoiseError::too_short : NoiseError::forged;
    EXPECT_TRUE(fails_with(answered(Bytes(other).first(size)), expected)) << size;
  }
  EXPECT_TRUE(fails_with(sides_.responder().read(concat(one, Buffer(1))), NoiseError::forged));
}

// The u coordinates of the points whose order divides 8, on the curve or on its twist, and their other forms
// (RFC 7748 section 7; the list is that of "May the Fourth Be With You", 2017, table 1).
constexpr std::string_view kLowOrder[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

TEST_P(Noise, KeysOfLowOrderAreRefused) {
  for (const auto key : kLowOrder) {
    Buffer message = first();
    copy(message, from_hex(key));
    EXPECT_TRUE(fails_with(sides_.responder().read(message), NoiseError::weak_key)) << key;
    message = second();
    copy(message, from_hex(key));
    EXPECT_TRUE(fails_with(answered(message), NoiseError::weak_key)) << key;
    Sides other = sides_;
    other.server.public_key = crypto::PublicKey(array_from_hex<32>(key));
    EXPECT_TRUE(fails_with(other.initiator().write({}), NoiseError::weak_key)) << key;
  }
}

TEST_P(Noise, ZerosAreNoMessage) {
  EXPECT_TRUE(fails_with(sides_.responder().read(Buffer(100)), NoiseError::weak_key));
  EXPECT_TRUE(fails_with(answered(Buffer(100)), NoiseError::weak_key));
}

TEST_P(Noise, TheFirstMessageIsForOneServerPrologueAndPatternOnly) {
  Sides other = sides_;
  other.server = crypto::make_key_pair(other.random);
  EXPECT_TRUE(fails_with(other.responder().read(first()), NoiseError::forged));
  other = sides_;
  other.prologue.push_back(0);
  EXPECT_TRUE(fails_with(other.responder().read(first()), NoiseError::forged));
  other = sides_;
  other.pattern = sides_.pattern == Pattern::nk ? Pattern::nkpsk2 : Pattern::nk;
  EXPECT_TRUE(fails_with(other.responder().read(first()), NoiseError::forged));
}

TEST_P(Noise, ASecondMessageAnswersOneFirstMessageOnly) {
  const Buffer recorded = second();
  sides_.client_ephemeral = crypto::make_key_pair(sides_.random);
  EXPECT_TRUE(fails_with(answered(recorded), NoiseError::forged));
}

// Noise leaves it to the application to take early data once only (section 7.7).
TEST_P(Noise, AReplayedFirstMessageOpensButItsSessionHasOtherKeys) {
  HandshakeState client = sides_.initiator();
  const Buffer recorded = client.write(text("early")).value();
  HandshakeState server = sides_.responder();
  sides_.server_ephemeral = crypto::make_key_pair(sides_.random);
  HandshakeState again = sides_.responder();
  ASSERT_TRUE(server.read(recorded));
  EXPECT_EQ(again.read(recorded).value(), text("early"));
  ASSERT_TRUE(client.read(server.write({}).value()));
  ASSERT_TRUE(again.write({}));
  Buffer message = unsealed("hi");
  ASSERT_TRUE(client.split()->send.seal(message));
  EXPECT_TRUE(fails_with(again.split()->receive.open(message), NoiseError::forged));
}

TEST_P(Noise, PayloadsOfEverySizeThatFitsAMessagePass) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, HandshakeState::kLongestPayload}) {
    HandshakeState client = sides_.initiator();
    HandshakeState server = sides_.responder();
    const Buffer payload = sides_.random.bytes(size);
    const Buffer one = client.write(payload).value();
    EXPECT_EQ(one.size(), size + 48);
    EXPECT_EQ(server.read(one).value(), payload);
    EXPECT_EQ(client.read(server.write(payload).value()).value(), payload);
  }
}

TEST_P(Noise, NoMessageIsLongerThan65535Bytes) {
  const Buffer payload(HandshakeState::kLongestPayload + 1);
  HandshakeState client = sides_.initiator();
  EXPECT_TRUE(fails_with(client.write(payload), NoiseError::too_long));
  EXPECT_EQ(client.write(text("early")).value(), first());  // nothing had happened yet
  EXPECT_TRUE(fails_with(sides_.responder().read(Buffer(65536, 9)), NoiseError::too_long));
}

TEST_P(Noise, StepsOutOfTurnFail) {
  HandshakeState client = sides_.initiator();
  HandshakeState server = sides_.responder();
  EXPECT_TRUE(fails_with(client.read(first()), NoiseError::out_of_turn));
  EXPECT_TRUE(fails_with(server.write({}), NoiseError::out_of_turn));
  EXPECT_TRUE(fails_with(client.split(), NoiseError::out_of_turn));
  const Buffer one = client.write({}).value();
  EXPECT_TRUE(fails_with(client.write({}), NoiseError::out_of_turn));
  ASSERT_TRUE(server.read(one));
  EXPECT_TRUE(fails_with(server.read(one), NoiseError::out_of_turn));
  EXPECT_TRUE(fails_with(server.split(), NoiseError::out_of_turn));
  ASSERT_TRUE(client.read(server.write({}).value()));
  EXPECT_TRUE(fails_with(server.write({}), NoiseError::out_of_turn));
  ASSERT_TRUE(client.split());
  EXPECT_TRUE(fails_with(client.split(), NoiseError::out_of_turn));
}

TEST_P(Noise, BothSidesExportTheSameKeyForALabelAndNoOtherForAnother) {
  const auto exported = [this](std::string_view ours, std::string_view theirs) {
    HandshakeState client = sides_.initiator();
    HandshakeState server = sides_.responder();
    EXPECT_TRUE(server.read(client.write({}).value()));
    EXPECT_TRUE(client.read(server.write({}).value()));
    const Key one = client.split(ours)->exported;
    const Key other = server.split(theirs)->exported;
    return std::pair(encode_hex(one.bytes()), encode_hex(other.bytes()));
  };
  const auto [one, other] = exported("a", "a");
  EXPECT_EQ(one, other);
  const auto [a, b] = exported("a", "b");
  EXPECT_EQ(a, one);
  EXPECT_NE(a, b);
  sides_.server_ephemeral = crypto::make_key_pair(sides_.random);
  EXPECT_NE(exported("a", "a").first, one);
}

TEST_P(Noise, AFailureIsTheEnd) {
  HandshakeState server = sides_.responder();
  EXPECT_FALSE(server.read(Buffer(100, 9)));
  EXPECT_TRUE(fails_with(server.read(first()), NoiseError::out_of_turn));
  EXPECT_TRUE(fails_with(server.write({}), NoiseError::out_of_turn));
  EXPECT_TRUE(fails_with(server.split(), NoiseError::out_of_turn));
}

TEST(NoisePsk, AnotherPreSharedKeyOpensNothing) {
  for (const Pattern pattern : {Pattern::nkpsk0, Pattern::nkpsk2}) {
    Sides sides;
    sides.pattern = pattern;
    HandshakeState client = sides.initiator();
    sides.psk.bytes()[0] ^= 1;
    HandshakeState server = sides.responder();
    const auto early = server.read(client.write(text("early")).value());
    if (pattern == Pattern::nkpsk0) {
      EXPECT_TRUE(fails_with(early, NoiseError::forged));
    } else {
      EXPECT_EQ(early.value(), text("early"));  // which can say the key that is meant
      EXPECT_TRUE(fails_with(client.read(server.write({}).value()), NoiseError::forged));
    }
  }
}

TEST(NoisePsk, AMessageThatMixesAKeyWaitsForIt) {
  Sides sides;
  auto client =
      HandshakeState::initiator(Pattern::nkpsk0, {}, sides.server.public_key, sides.client_ephemeral);
  EXPECT_TRUE(fails_with(client.write({}), NoiseError::out_of_turn));
  client.set_psk(sides.psk);
  EXPECT_TRUE(client.write({}));
  auto server = HandshakeState::responder(Pattern::nkpsk2, {}, sides.server, sides.server_ephemeral);
  client = HandshakeState::initiator(Pattern::nkpsk2, {}, sides.server.public_key, sides.client_ephemeral);
  ASSERT_TRUE(server.read(client.write({}).value()));
  EXPECT_TRUE(fails_with(server.write({}), NoiseError::out_of_turn));
  server.set_psk(sides.psk);
  const Buffer two = server.write({}).value();
  EXPECT_TRUE(fails_with(client.read(two), NoiseError::out_of_turn));
  client.set_psk(sides.psk);
  EXPECT_TRUE(client.read(two));
}

class NoiseTransport : public testing::Test {
 protected:
  static Buffer sealed(CipherState& with, std::string_view from) {
    Buffer message = unsealed(from);
    EXPECT_TRUE(with.seal(message));
    return message;
  }

  const Key key_{array_from_hex<32>("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")};
  CipherState send_{key_, CipherState::Use::seal};
  CipherState receive_{key_, CipherState::Use::open};
};

TEST_F(NoiseTransport, AMessageOpensOnceAndInItsPlaceOnly) {
  Buffer one = sealed(send_, "one");
  Buffer two = sealed(send_, "two");
  Buffer early = two;
  EXPECT_TRUE(fails_with(receive_.open(early), NoiseError::forged));
  Buffer replayed = one;
  EXPECT_TRUE(receive_.open(one));
  EXPECT_TRUE(fails_with(receive_.open(replayed), NoiseError::forged));
  EXPECT_TRUE(receive_.open(two));
  EXPECT_EQ(receive_.nonce(), 2U);
}

TEST_F(NoiseTransport, AssociatedBytesAreAuthenticated) {
  Buffer message = unsealed("one");
  ASSERT_TRUE(send_.seal(message, bytes_of("head")));
  Buffer other = message;
  EXPECT_TRUE(fails_with(receive_.open(other, bytes_of("heat")), NoiseError::forged));
  EXPECT_TRUE(receive_.open(message, bytes_of("head")));
}

TEST_F(NoiseTransport, TheLastNonceIsNobodys) {
  send_.set_nonce(std::numeric_limits<std::uint64_t>::max() - 1);
  receive_.set_nonce(send_.nonce());
  Buffer last = sealed(send_, "last");
  EXPECT_TRUE(receive_.open(last));
  Buffer more = unsealed("more");
  const Buffer before = more;
  EXPECT_TRUE(fails_with(send_.seal(more), NoiseError::exhausted));
  EXPECT_EQ(more, before);
  EXPECT_TRUE(fails_with(receive_.open(more), NoiseError::exhausted));
}

TEST_F(NoiseTransport, MessagesHaveATagAndAtMost65535Bytes) {
  Buffer longest(65535);
  EXPECT_TRUE(send_.seal(longest));
  EXPECT_TRUE(receive_.open(longest));
  Buffer longer(65536);
  EXPECT_TRUE(fails_with(send_.seal(longer), NoiseError::too_long));
  EXPECT_TRUE(fails_with(receive_.open(longer), NoiseError::too_long));
  Buffer shorter(kTag - 1);
  EXPECT_TRUE(fails_with(send_.seal(shorter), NoiseError::too_short));
  EXPECT_TRUE(fails_with(receive_.open(shorter), NoiseError::too_short));
  EXPECT_EQ(send_.nonce(), 1U);
}

// REKEY(k) is the first 32 bytes of ENCRYPT(k, 2^64 - 1, none, 32 zeros) (section 4.2).
TEST_F(NoiseTransport, ANewKeyIsTheEncryptionOfZerosUnderTheLastNonce) {
  Buffer zeros(32 + kTag);
  crypto::Aead(key_, CipherState::Use::seal).seal(std::numeric_limits<std::uint64_t>::max(), {}, zeros);
  CipherState expected(Key(Bytes(zeros).first<32>()), CipherState::Use::seal);
  sealed(send_, "old");
  send_.rekey();
  EXPECT_EQ(send_.nonce(), 1U);
  expected.set_nonce(1);
  EXPECT_EQ(sealed(send_, "new"), sealed(expected, "new"));
}

TEST_F(NoiseTransport, BothSidesRekeyBetweenTheSameMessages) {
  for (int round = 0; round < 3; ++round) {
    Buffer message = sealed(send_, "text");
    Buffer old = message;
    ASSERT_TRUE(receive_.open(message));
    send_.rekey();
    message = sealed(send_, "text");
    EXPECT_TRUE(fails_with(receive_.open(old = message), NoiseError::forged));
    receive_.rekey();
    EXPECT_TRUE(receive_.open(message));
  }
}

}  // namespace
}  // namespace rozaneh::noise
