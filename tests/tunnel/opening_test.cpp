#include "tunnel/opening.h"

#include <gtest/gtest.h>

#include "base/reader.h"
#include "crypto/random.h"
#include "tunnel/record.h"

namespace rozaneh::tunnel {
namespace {

const Buffer kEarly = {1, 2, 3};
const Buffer kLate = {4, 5};

// Both sides with keys that a seed makes.
struct OpeningTest : testing::Test {
  crypto::SeededRandom random{1};
  crypto::KeyPair server_key = crypto::make_key_pair(random);
  ClientOpening client{server_key.public_key, crypto::make_key_pair(random)};
  ServerOpening server{server_key, crypto::make_key_pair(random)};
  SessionSecret secret{crypto::make_key_pair(random).private_key.bytes()};

  static Bytes message(Bytes framed) {
    const auto size = message_size(framed.first<kMessageHead>());
    EXPECT_TRUE(size && *size == framed.size() - kMessageHead);
    return framed.subspan(kMessageHead);
  }

  [[nodiscard]] static ClientHello join() { return {.join = Join{.session = SessionId{1}, .connection = 1}}; }
};

TEST_F(OpeningTest, GivesBothSidesTheSameKeys) {
  const Buffer first = client.hello({.time = 7, .frames = kEarly}, nullptr);
  const auto hello = server.read(message(first));
  ASSERT_TRUE(hello);
  EXPECT_EQ(hello->time, 7U);
  EXPECT_FALSE(hello->join);
  const Buffer second = server.answer({.early = true, .session = SessionId{9}, .frames = kLate}, nullptr);
  const auto answer = client.read(message(second));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->session, SessionId{9});

  Keys ours = client.keys();
  Keys theirs = server.keys();
  EXPECT_TRUE(std::ranges::equal(ours.session.bytes(), theirs.session.bytes()));
  EXPECT_FALSE(std::ranges::equal(ours.send_mask.bytes(), ours.receive_mask.bytes()));
  RecordSealer seal(std::move(ours.send), ours.send_mask);
  RecordOpener open(std::move(theirs.receive), theirs.receive_mask);
  Buffer block(kRecordHead + kEarly.size() + kRecordTag);
  copy(MutableBytes(block).subspan(kRecordHead), kEarly);
  EXPECT_EQ(seal.seal(block, kEarly.size()), block.size());
  const auto opened = open.open(block);
  ASSERT_TRUE(opened && *opened);
  EXPECT_TRUE(std::ranges::equal((*opened)->plain, kEarly));
}

TEST_F(OpeningTest, FramesArePaddedToWhatIsAskedFor) {
  const Buffer first = client.hello({.frames = kEarly}, nullptr, 1000);
  EXPECT_EQ(message(first).size(), 1000 + kLeastMessage);
  const auto hello = server.read(message(first));
  ASSERT_TRUE(hello);
  EXPECT_EQ(hello->frames[3], 0) << "which is a PADDING frame";
}

TEST_F(OpeningTest, NoFirstMessageLooksLikeAnOpenRequest) {
  for (std::size_t least = 0; least < 700; ++least) {
    ClientOpening one(server_key.public_key, crypto::make_key_pair(random));
    EXPECT_NE(one.hello({}, nullptr, least)[0], 1) << least;
  }
}

TEST_F(OpeningTest, AJoinIsProvedByBothSides) {
  const auto hello = server.read(message(client.hello(join(), &secret)));
  ASSERT_TRUE(hello && hello->join);
  EXPECT_TRUE(server.proves(*hello->join, secret));
  EXPECT_FALSE(server.proves(*hello->join, SessionSecret()));
  EXPECT_TRUE(client.read(message(server.answer({}, &secret))));
}

TEST_F(OpeningTest, AProofIsWorthNothingInAnotherHandshake) {
  const auto hello = server.read(message(client.hello(join(), &secret)));
  ASSERT_TRUE(hello && hello->join);
  ClientOpening thief(server_key.public_key, crypto::make_key_pair(random));
  ServerOpening other(server_key, crypto::make_key_pair(random));
  // The thief knows the session's name and this proof, but not the secret.
  const auto stolen = other.read(message(thief.hello(join(), &secret)));
  ASSERT_TRUE(stolen);
  EXPECT_FALSE(other.proves(*hello->join, secret));
}

TEST_F(OpeningTest, AServerThatLacksTheSessionIsAnImpostor) {
  const SessionSecret guessed;
  ASSERT_TRUE(server.read(message(client.hello(join(), &secret))));
  const auto answer = client.read(message(server.answer({}, &guessed)));
  ASSERT_FALSE(answer);
  EXPECT_TRUE(answer.error().is(TunnelError::impostor));
}

TEST_F(OpeningTest, AnotherServersKeyIsRefusedByBoth) {
  ClientOpening astray(crypto::make_key_pair(random).public_key, crypto::make_key_pair(random));
  const auto hello = server.read(message(astray.hello({}, nullptr)));
  ASSERT_FALSE(hello);
  EXPECT_TRUE(hello.error().is(TunnelError::stranger));

  ServerOpening impostor(crypto::make_key_pair(random), crypto::make_key_pair(random));
  static_cast<void>(client.hello({}, nullptr));
  const auto answer = client.read(Buffer(200, 7));
  ASSERT_FALSE(answer);
  EXPECT_TRUE(answer.error().is(TunnelError::impostor));
}

TEST_F(OpeningTest, NoByteCanBeChanged) {
  const Buffer first = client.hello({.frames = kEarly}, nullptr);
  for (std::size_t i = 0; i < message(first).size(); ++i) {
    Buffer changed(message(first).begin(), message(first).end());
    changed[i] ^= 1;
    ServerOpening one(server_key, crypto::make_key_pair(random));
    EXPECT_FALSE(one.read(changed)) << i;
  }
}

TEST_F(OpeningTest, AMessageOfAnImpossibleLengthIsMalformed) {
  for (const std::size_t size : {std::size_t{0}, kLeastMessage - 1, kMostMessage + 1, std::size_t{0xffff}}) {
    const std::uint8_t head[] = {static_cast<std::uint8_t>(size >> 8U), static_cast<std::uint8_t>(size)};
    EXPECT_FALSE(message_size(head)) << size;
  }
}

}  // namespace
}  // namespace rozaneh::tunnel
