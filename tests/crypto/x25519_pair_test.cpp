#include "crypto/x25519_pair.h"

#include <gtest/gtest.h>

#include "crypto/field25519.h"
#include "crypto/hex.h"
#include "crypto/implementations.h"
#include "crypto/random.h"

namespace rozaneh::crypto {
namespace {

struct Use {
  PrivateKey ours;
  PublicKey theirs;
};

Use use(std::string_view scalar, std::string_view u) {
  return {PrivateKey(array_from_hex<32>(scalar)), PublicKey(array_from_hex<32>(u))};
}

std::string alone(const Use& one) {
  const auto secret = x25519(one.ours, one.theirs);
  return secret ? encode_hex(secret->bytes()) : "none";
}

// Every test runs on each implementation that this CPU has.
class X25519PairTest : public testing::TestWithParam<Implementation> {
 protected:
  static std::array<std::string, 2> pair(const Use& first, const Use& second) {
    const auto secrets =
        x25519_pair({first.ours, first.theirs}, {second.ours, second.theirs}, GetParam().simd);
    if (!secrets) return {"none", "none"};
    return {encode_hex((*secrets)[0].bytes()), encode_hex((*secrets)[1].bytes())};
  }
};

INSTANTIATE_TEST_SUITE_P(Implementations, X25519PairTest, testing::ValuesIn(implementations25519()),
                         [](const auto& one) { return std::string(one.param.name); });

TEST_P(X25519PairTest, MatchesRfc7748InEitherPlace) {  // section 5.2
  const Use one = use("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
                      "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c");
  const Use other = use("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
                        "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493");
  const std::string of_one = "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552";
  const std::string of_other = "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957";
  EXPECT_EQ(pair(one, other), (std::array{of_one, of_other}));
  EXPECT_EQ(pair(other, one), (std::array{of_other, of_one}));
}

TEST_P(X25519PairTest, MatchesRfc7748AfterAThousandTurns) {  // section 5.2: the result is the next scalar
  constexpr std::string_view kNine = "0900000000000000000000000000000000000000000000000000000000000000";
  Use turning = use(kNine, kNine);
  const Use still = turning;
  for (int i = 1; i <= 1000; ++i) {
    const bool first = i % 2 == 0;  // in either place
    const std::string next = first ? pair(turning, still)[0] : pair(still, turning)[1];
    if (i == 1) {
      EXPECT_EQ(next, "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079");
    }
    turning = {PrivateKey(array_from_hex<32>(next)), PublicKey(turning.ours.bytes())};
  }
  EXPECT_EQ(encode_hex(turning.ours.bytes()),
            "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
}

// Scalars and u at the edges of what there is: all bits, none, p and its neighbours, the top bit.
std::vector<Use> edges() {
  std::vector<Use> out;
  for (const std::string_view scalar : {
           "0000000000000000000000000000000000000000000000000000000000000000",
           "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
           "0100000000000000ffffffffffffffff0000000000000080ffffffffffffff3f",
       }) {
    for (const std::string_view u : {
             "0200000000000000000000000000000000000000000000000000000000000000",
             "efffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  // p + 2
             "ebffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  // p - 2
             "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
             "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
             "ffffffffffff0700000000000000000000000000000000000000000000000000",
             "0000000000000000000000000000000000000000000000000000000000000040",
         })
      out.push_back(use(scalar, u));
  }
  return out;
}

TEST_P(X25519PairTest, GivesWhatLibsodiumDoesAtTheEdges) {
  for (const Use& one : edges()) {
    for (const Use& other : edges()) EXPECT_EQ(pair(one, other), (std::array{alone(one), alone(other)}));
  }
}

TEST_P(X25519PairTest, GivesWhatLibsodiumDoesForRandomKeys) {
  SeededRandom random(7748);
  for (int i = 0; i < 2000; ++i) {
    std::array<Use, 2> uses;
    for (Use& one : uses) {
      random.fill(one.ours.bytes());
      random.fill(one.theirs.bytes);
    }
    ASSERT_EQ(pair(uses[0], uses[1]), (std::array{alone(uses[0]), alone(uses[1])})) << i;
  }
}

TEST_P(X25519PairTest, RefusesKeysOfLowOrderInEitherPlace) {
  const Use good = use("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
                       "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  const std::array none{std::string("none"), std::string("none")};
  ASSERT_NE(pair(good, good), none);
  for (const std::string_view low : {
           "0000000000000000000000000000000000000000000000000000000000000000",
           "0100000000000000000000000000000000000000000000000000000000000000",
           "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
           "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "0000000000000000000000000000000000000000000000000000000000000080",
           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
       }) {
    const Use bad{good.ours, PublicKey(array_from_hex<32>(low))};
    EXPECT_EQ(pair(bad, good), none) << low;
    EXPECT_EQ(pair(good, bad), none) << low;
    EXPECT_EQ(pair(bad, bad), none) << low;
  }
}

TEST(Simd25519, TakesTheLargestLimbsThatItPromisesTo) {
  const Simd25519* simd = simd25519();
  if (simd == nullptr) GTEST_SKIP() << "this CPU has no SIMD code for it";
  field25519::Element loose;
  loose.limb.fill((std::uint64_t{1} << 52U) - 1);
  Ladders ladders{};
  std::ranges::copy(loose.limb, ladders.u[0]);
  std::ranges::copy(field25519::decode(field25519::encode(loose)).limb, ladders.u[1]);
  for (auto& word : ladders.scalar) std::ranges::fill(word, 0x4123456789abcdf8U);
  simd->climb(ladders);
  field25519::Element of_loose, of_tight;
  std::ranges::copy(ladders.u[0], of_loose.limb.begin());
  std::ranges::copy(ladders.u[1], of_tight.limb.begin());
  EXPECT_EQ(field25519::encode(of_loose), field25519::encode(of_tight));
}

}  // namespace
}  // namespace rozaneh::crypto
