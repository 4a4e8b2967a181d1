#include "crypto/base_point.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include "crypto/hex.h"
#include "crypto/implementations.h"
#include "crypto/random.h"

namespace rozaneh::crypto {
namespace {

using namespace field25519;

// RFC 8032 section 5.1.2.
std::string packed(const edwards25519::Point& point) {
  const Element inverse_z = inverse(point.z);
  Bytes32 bytes = encode(point.y * inverse_z);
  if (is_odd(point.x * inverse_z) != 0) bytes[31] |= 0x80U;
  return encode_hex(bytes);
}

std::string reference(const PrivateKey& key) {
  Bytes32 bytes{};
  EXPECT_EQ(crypto_scalarmult_ed25519_base(bytes.data(), key.bytes().data()), 0);
  return encode_hex(bytes);
}

void expect_as_reference(const PrivateKey& key, const edwards25519::Point& point) {
  EXPECT_EQ(packed(point), reference(key)) << encode_hex(key.bytes());
  EXPECT_NE(equals(point.t * point.z, point.x * point.y), 0U);
}

// Every test runs on each implementation that this CPU has.
class BasePointTest : public testing::TestWithParam<Implementation> {
 protected:
  void TearDown() override {
    if (used_ > 0) multiply();
  }

  // Checks the key's multiple, now or, with lanes, when there are enough keys for them.
  void expect_as_reference(const PrivateKey& key) {
    if (GetParam().simd == nullptr) return crypto::expect_as_reference(key, base_times(key));
    keys_[used_++] = key;
    if (used_ == keys_.size()) multiply();
  }

 private:
  void multiply() {
    const auto points = base_times(keys_, *GetParam().simd);
    for (std::size_t i = 0; i < used_; ++i) crypto::expect_as_reference(keys_[i], points[i]);
    used_ = 0;
  }

  std::array<PrivateKey, 8> keys_;
  std::size_t used_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Implementations, BasePointTest, testing::ValuesIn(implementations25519()),
                         [](const auto& one) { return std::string(one.param.name); });

TEST_P(BasePointTest, MultipliesAsLibsodiumDoes) {
  SeededRandom random(5);
  for (int i = 0; i < 1000; ++i) {
    PrivateKey key;
    random.fill(key.bytes());
    expect_as_reference(key);
  }
}

TEST_P(BasePointTest, MultipliesByEachDigitInEachPlace) {
  for (std::size_t place = 0; place < 32; ++place) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      PrivateKey key;
      key.bytes()[0] = 1;  // clamped away; libsodium refuses zero
      key.bytes()[place] |= static_cast<std::uint8_t>(byte);
      expect_as_reference(key);
    }
  }
}

TEST_P(BasePointTest, CarriesThroughAllDigits) {
  for (const unsigned byte : {0x77U, 0x78U, 0x7fU, 0x80U, 0x87U, 0x88U, 0xf7U, 0xf8U, 0xffU}) {
    PrivateKey key;
    std::ranges::fill(key.bytes(), static_cast<std::uint8_t>(byte));
    expect_as_reference(key);
  }
}

}  // namespace
}  // namespace rozaneh::crypto
