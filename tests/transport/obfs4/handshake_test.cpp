// Each point where the written specification and deployed peers differ has a case here.
#include "transport/obfs4/handshake.h"

#include "crypto/hash.h"
#include "transport/ends.h"
#include "transport/obfs4/codec.h"
#include "transport/obfs4/error.h"

namespace rozaneh::obfs4 {
namespace {

constexpr EpochHour kHour = 498'000;

struct HandshakeTest : testing::Test {
  crypto::SeededRandom random{11};
  ServerIdentity identity = ServerIdentity::generate(random);
  bool replayed = false;
  int replay_questions = 0;

  ClientHandshake client(std::size_t padding = 500, EpochHour hour = kHour) {
    return {identity.id, crypto::make_obfuscated_key_pair(random), hour, random.bytes(padding)};
  }
  ServerHandshake server(EpochHour hour = kHour) {
    return {identity,
            crypto::make_obfuscated_key_pair(random),
            hour,
            random,
            [this](Bytes /*mac*/) {
              ++replay_questions;
              return replayed;
            },
            [this](const Secret<144>& keys) {
              const auto all = keys.bytes();
              FrameCodec codec(
                  all.last<72>(), all.first<72>(),
                  std::make_shared<const Shape>(identity.shape_seed, WeightedTable::Weights::uniform),
                  IatMode::none, random, nullptr);
              return codec.seed_frame();
            }};
  }
  static Buffer hello(ClientHandshake& from) { return from.step({})->send; }

  // The hello's answer, in one read.
  Result<Step> answer(Bytes hello) {
    ServerHandshake to = server();
    return to.step(hello);
  }
};

TEST_F(HandshakeTest, BothSidesEndWithTheSameKeys) {
  ClientHandshake from = client();
  ServerHandshake to = server();
  const auto answered = to.step(hello(from));
  ASSERT_TRUE(answered && answered->done) << "no answer";
  const auto ended = from.step(answered->send);
  ASSERT_TRUE(ended) << ended.error().message();
  EXPECT_TRUE(ended->done);
  // The seed frame belongs to what follows.
  EXPECT_EQ(answered->send.size() - ended->consumed, 45U);
  EXPECT_EQ(encode_hex(from.frame_keys().bytes()), encode_hex(to.frame_keys().bytes()));
}

TEST_F(HandshakeTest, HowTheAnswerIsCutDoesNotMatter) {
  ClientHandshake from = client();
  ServerHandshake to = server();
  const auto answered = to.step(hello(from));
  ASSERT_TRUE(answered);
  const std::size_t end = answered->send.size() - 45;
  for (std::size_t count = 0; count < end; ++count) {
    const auto step = from.step(Bytes(answered->send).first(count));
    ASSERT_TRUE(step && step->needs_more()) << count << " of " << end;
  }
  const auto step = from.step(Bytes(answered->send).first(end));
  ASSERT_TRUE(step && step->done);
}

TEST_F(HandshakeTest, TheShortestPaddingIs77NotThe85OfTheSpecification) {
  ClientHandshake shortest = client(77);
  const Buffer good = hello(shortest);
  EXPECT_EQ(good.size(), 141U);
  EXPECT_TRUE(answer(good)->done);
  ClientHandshake shorter = client(76);
  const auto step = answer(hello(shorter));
  ASSERT_TRUE(step);
  EXPECT_TRUE(step->needs_more());
}

TEST_F(HandshakeTest, TheLongestHelloIs8192) {
  ClientHandshake longest = client(8128);
  const Buffer good = hello(longest);
  EXPECT_EQ(good.size(), 8192U);
  EXPECT_TRUE(answer(good)->done);
  ClientHandshake longer = client(8129);
  const auto step = answer(hello(longer));
  ASSERT_FALSE(step);
  EXPECT_TRUE(step.error().is(Obfs4Error::no_mark));
}

TEST_F(HandshakeTest, WithoutAMarkItWaitsUpTo8191BytesAndFailsAt8192) {
  const Buffer noise = random.bytes(8192);
  ServerHandshake to = server();
  EXPECT_TRUE(to.step(Bytes(noise).first(50))->needs_more());
  EXPECT_TRUE(to.step(Bytes(noise).first(8191))->needs_more());
  const auto step = to.step(noise);
  ASSERT_FALSE(step);
  EXPECT_TRUE(step.error().is(Obfs4Error::no_mark));
}

TEST_F(HandshakeTest, AByteBehindTheHelloInTheSameReadGetsNoAnswer) {
  ClientHandshake from = client();
  Buffer trailing = hello(from);
  trailing.push_back(0);
  const auto step = answer(trailing);
  ASSERT_TRUE(step);
  EXPECT_TRUE(step->needs_more());
}

TEST_F(HandshakeTest, AHelloMayComeByteByByte) {
  ClientHandshake from = client();
  const Buffer whole = hello(from);
  ServerHandshake to = server();
  for (std::size_t count = 0; count < whole.size(); ++count)
    ASSERT_TRUE(to.step(Bytes(whole).first(count))->needs_more()) << count;
  EXPECT_TRUE(to.step(whole)->done);
}

TEST_F(HandshakeTest, OneHourEitherSideIsTakenTwoAreNot) {
  for (const EpochHour off : {-2, -1, 0, 1, 2}) {
    ClientHandshake from = client(500, kHour + off);
    const auto step = answer(hello(from));
    if (off >= -1 && off <= 1) {
      ASSERT_TRUE(step) << off;
      // The server answers in the client's hour.
      EXPECT_TRUE(from.step(step->send)->done) << off;
    } else {
      ASSERT_FALSE(step) << off;
      EXPECT_TRUE(step.error().is(Obfs4Error::bad_mac));
    }
  }
}

TEST_F(HandshakeTest, OnlyAHelloThatIsRightIsAskedForAsAReplay) {
  ClientHandshake from = client();
  const Buffer good = hello(from);
  Buffer bad = good;
  bad[40] ^= 1U;  // in the padding: the mark stays right, the MAC does not
  EXPECT_FALSE(answer(bad));
  EXPECT_EQ(replay_questions, 0);
  replayed = true;
  const auto step = answer(good);
  ASSERT_FALSE(step);
  EXPECT_TRUE(step.error().is(Obfs4Error::replayed));
  EXPECT_EQ(replay_questions, 1);
}

TEST_F(HandshakeTest, AfterItsTimeNoHelloIsAnswered) {
  ClientHandshake from = client();
  ServerHandshake to = server();
  to.expire();
  const auto step = to.step(hello(from));
  ASSERT_FALSE(step);
  EXPECT_TRUE(step.error().is(Obfs4Error::late));
}

TEST_F(HandshakeTest, AServerWithoutTheBridgesKeyIsFoundOut) {
  ClientHandshake from = client();
  const Buffer sent = hello(from);
  // It knows all that the bridge line says, but has a key of its own.
  ServerIdentity impostor = identity;
  impostor.private_key = crypto::make_key_pair(random).private_key;
  ServerHandshake to(
      impostor, crypto::make_obfuscated_key_pair(random), kHour, random, [](Bytes) { return false; },
      [](const Secret<144>&) { return Buffer(45); });
  const auto answered = to.step(sent);
  ASSERT_TRUE(answered);
  const auto step = from.step(answered->send);
  ASSERT_FALSE(step);
  EXPECT_TRUE(step.error().is(Obfs4Error::not_the_bridge));
}

TEST_F(HandshakeTest, EveryChangedByteOfAnAnswerIsNoticed) {
  ClientHandshake from = client();
  ServerHandshake to = server();
  const auto answered = to.step(hello(from));
  ASSERT_TRUE(answered);
  const std::size_t end = answered->send.size() - 45;
  for (std::size_t at = 0; at < end; at += 3) {
    Buffer bad(answered->send.begin(), answered->send.begin() + static_cast<std::ptrdiff_t>(end));
    bad[at] ^= 0x10U;
    const auto step = from.step(bad);
    EXPECT_TRUE(!step || !step->done) << at;
  }
}

TEST_F(HandshakeTest, AClientGivesUpAt8192BytesWithoutAMark) {
  ClientHandshake from = client();
  (void)hello(from);
  const Buffer noise = random.bytes(8192);
  EXPECT_TRUE(from.step(Bytes(noise).first(8191))->needs_more());
  const auto step = from.step(noise);
  ASSERT_FALSE(step);
  EXPECT_TRUE(step.error().is(Obfs4Error::no_mark));
}

TEST_F(HandshakeTest, AnswersHaveSizesWithinTheLimitsOfDeployedClients) {
  std::size_t smallest = kLargestHello;
  std::size_t largest = 0;
  for (int i = 0; i < 400; ++i) {
    ClientHandshake from = client(100);
    const auto step = answer(hello(from));
    ASSERT_TRUE(step);
    smallest = std::min(smallest, step->send.size());
    largest = std::max(largest, step->send.size());
  }
  EXPECT_GE(smallest, 141U);
  EXPECT_LE(largest, 8192U);
  // Uniform over 8052 lengths: 400 draws leave neither end's tenth empty but once in 10^18.
  EXPECT_LT(smallest, 141U + 805);
  EXPECT_GT(largest, 8192U - 805);
}

TEST_F(HandshakeTest, HellosLookRandomInEveryBit) {
  // 600 hellos, the representative and the 40 bytes after it: each bit is set in about half of them. Six
  // standard deviations; the seed is fixed.
  constexpr int kHellos = 600;
  std::array<int, 72 * 8> set{};
  for (int i = 0; i < kHellos; ++i) {
    ClientHandshake from = client(77);
    const Buffer bytes = hello(from);
    for (std::size_t bit = 0; bit < set.size(); ++bit) set[bit] += bytes[bit / 8] >> bit % 8 & 1;
  }
  for (std::size_t bit = 0; bit < set.size(); ++bit) EXPECT_NEAR(set[bit], kHellos / 2, 74) << "bit " << bit;
}

}  // namespace
}  // namespace rozaneh::obfs4
