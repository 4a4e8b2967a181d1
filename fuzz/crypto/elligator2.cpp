// Elligator 2's two directions, held against each other.
//
// Input: representative (32) | public key (32) | tweak (1); missing bytes are zero.
#include "crypto/elligator2.h"

#include <algorithm>
#include <cstdlib>

#include "crypto/field25519_root.h"

namespace {

using namespace rozaneh;
using namespace rozaneh::crypto;

void require(bool holds) {
  if (!holds) std::abort();
}

// The key in its one form below p.
PublicKey reduced(const PublicKey& key) {
  return PublicKey(field25519::encode(field25519::decode(key.bytes)));
}

// Whether u^3 + A u^2 + u is a square; of other keys nothing is promised but an answer.
bool on_curve(const PublicKey& key) {
  using namespace field25519;
  const Element u = decode(key.bytes);
  return inverse_root(u * (square(u) + kCurveA * u + Element(1))).is_square != 0;
}

void check_found(const Representative& found, const PublicKey& key, std::uint8_t tweak) {
  require(public_key_of(found) == reduced(key));
  require((found.bytes[31] & 0xc0U) == (tweak & 0xc0U));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::array<std::uint8_t, 65> input{};
  copy(input, Bytes(bytes, std::min(size, input.size())));
  const std::span<const std::uint8_t, 65> view(input);
  const std::uint8_t tweak = view.back();

  // Every representative stands for a key that has one again.
  const PublicKey decoded = public_key_of(Representative(view.first<32>()));
  require(decoded == reduced(decoded));
  const auto again = representative_of(decoded, tweak);
  require(again.has_value());
  check_found(*again, decoded, tweak);

  // A key has both of its representatives or none.
  const PublicKey key(view.subspan<32, 32>());
  const auto one = representative_of(key, tweak);
  const auto other = representative_of(key, tweak ^ 1U);
  require(one.has_value() == other.has_value());
  if (one && on_curve(key)) {
    check_found(*one, key, tweak);
    check_found(*other, key, tweak);
  }
  return 0;
}
