#include <gtest/gtest.h>
#include <openssl/bn.h>

#include <functional>
#include <memory>

#include "crypto/columns25519.h"
#include "crypto/hex.h"
#include "crypto/random.h"

namespace rozaneh::crypto::field25519 {
namespace {

// The same arithmetic by OpenSSL.
struct Reference {
  using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;
  using Operation = int (*)(BIGNUM*, const BIGNUM*, const BIGNUM*, const BIGNUM*, BN_CTX*);

  std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)> context{BN_CTX_new(), BN_CTX_free};
  Number p = number(array_from_hex<32>("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"));

  static Number number(const Bytes32& bytes) { return {BN_lebin2bn(bytes.data(), 32, nullptr), BN_free}; }

  std::string apply(Operation operation, const Bytes32& a, const Bytes32& b) const {
    const Number out(BN_new(), BN_free);
    operation(out.get(), number(a).get(), number(b).get(), p.get(), context.get());
    Bytes32 bytes{};
    BN_bn2lebinpad(out.get(), bytes.data(), 32);
    return encode_hex(bytes);
  }
};

// Numbers at the edges of the limbs and of p, and random ones.
std::vector<Bytes32> samples() {
  std::vector<Bytes32> out;
  for (const std::string_view text : {
           "0000000000000000000000000000000000000000000000000000000000000000",
           "0100000000000000000000000000000000000000000000000000000000000000",
           "ffffffffffff0700000000000000000000000000000000000000000000000000",  // 2^51 - 1
           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  // p - 1
           "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  // p
           "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  // p + 1
           "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  // 2^255 - 1
           "f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff3f",  // (p - 1) / 2
           "f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff3f",
       })
    out.push_back(array_from_hex<32>(text));
  SeededRandom random(25519);
  for (int i = 0; i < 40; ++i) {
    random.fill(out.emplace_back());
    out.back()[31] &= 0x7fU;
  }
  return out;
}

TEST(Field25519, ComputesAsOpensslDoes) {
  const Reference reference;
  for (const auto& a : samples()) {
    for (const auto& b : samples()) {
      const Element x = decode(a);
      const Element y = decode(b);
      EXPECT_EQ(encode_hex(encode(x + y)), reference.apply(BN_mod_add, a, b));
      EXPECT_EQ(encode_hex(encode(x - y)), reference.apply(BN_mod_sub, a, b));
      EXPECT_EQ(encode_hex(encode(x * y)), reference.apply(BN_mod_mul, a, b));
      EXPECT_EQ(encode(x * x), encode(square(x)));
    }
  }
}

TEST(Field25519, MultipliesTheLargestLimbsItPromisesTo) {
  Element loose;
  loose.limb.fill((std::uint64_t{1} << 54U) - 1);
  const Element tight = decode(encode(loose));
  EXPECT_EQ(encode(loose * loose), encode(tight * tight));
  EXPECT_EQ(encode(square(loose)), encode(tight * tight));
  Element second;
  second.limb.fill((std::uint64_t{1} << 53U) - 80);
  EXPECT_EQ(encode(tight - second), encode(tight - decode(encode(second))));
}

TEST(Field25519, ReadsNumbersModuloPAndLeavesOutTheTopBit) {
  auto bytes = array_from_hex<32>("f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
  EXPECT_EQ(encode(decode(bytes)), encode(Element(3)));
}

TEST(Field25519, KnowsItsConstants) {
  EXPECT_EQ(encode_hex(encode(kSqrtMinusOne)),  // of both roots, the one that RFC 8032 uses
            "b0a00e4a271beec478e42fad0618432fa7d7fb3d99004d2b0bdfc14f8024832b");
  EXPECT_EQ(encode_hex(encode(kEdwardsD)),  // RFC 8032 section 5.1
            "a3785913ca4deb75abd841414d0a700098e879777940c78c73fe6f2bee6c0352");
}

TEST(Field25519, FindsInverseRootsOfSquaresAndTellsOthers) {
  for (const auto& bytes : samples()) {
    const Element x = decode(bytes);
    const Element squared = square(x);
    const auto of_square = inverse_root(squared);
    EXPECT_NE(of_square.is_square, 0U);
    EXPECT_EQ(encode(square(of_square.root) * squared), encode(x * inverse(x)));  // 1, or 0 of 0
    if (is_zero(x) != 0) continue;
    const Element no_square = Element(2) * squared;
    const auto of_other = inverse_root(no_square);
    EXPECT_EQ(of_other.is_square, 0U);
    EXPECT_EQ(encode(square(of_other.root) * no_square), encode(kSqrtMinusOne));
  }
}

TEST(Field25519, FindsEightInverseRootsAtOnceWithSimd) {
  const Simd25519* simd = simd25519();
  if (simd == nullptr) GTEST_SKIP() << "this CPU has no SIMD code for it";
  Element largest;
  largest.limb.fill((std::uint64_t{1} << 52U) - 1);
  std::array<Element, 8> window{};
  window.fill(largest);
  for (const auto& bytes : samples()) {
    std::ranges::rotate(window, window.begin() + 1);  // each sample passes through every lane
    window.back() = decode(bytes);
    const auto roots = inverse_roots(window, *simd);
    for (std::size_t i = 0; i < window.size(); ++i) {
      const auto alone = inverse_root(window[i]);
      EXPECT_EQ(encode(roots[i].root), encode(alone.root));
      EXPECT_EQ(roots[i].is_square, alone.is_square);
    }
  }
}

TEST(Field25519, InvertsAndTakesTheSmallerRoot) {
  for (const auto& bytes : samples()) {
    const Element x = decode(bytes);
    EXPECT_EQ(encode(inverse(x) * x), encode(Element(is_zero(x) != 0 ? 0 : 1)));
    EXPECT_EQ(encode(absolute(x)), encode(absolute(-x)));
    EXPECT_LT(encode(absolute(x))[31], 0x40U);
  }
}

}  // namespace
}  // namespace rozaneh::crypto::field25519
