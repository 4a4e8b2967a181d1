#include "crypto/x25519_pair.h"

#include "crypto/field25519_root.h"

namespace rozaneh::crypto {
namespace {

void set(Ladders& ladders, std::size_t i, const Exchange& exchange) {
  Secret<32> scalar(exchange.ours.bytes());
  clamp(scalar.bytes());
  for (std::size_t word = 0; word < 4; ++word) {
    const std::uint64_t bits = field25519::detail::load(scalar.bytes().subspan(8 * word).first<8>());
    std::ranges::fill(std::span(ladders.scalar[word]).subspan(4 * i, 4), bits);
  }
  std::ranges::copy(field25519::decode(exchange.theirs.bytes).limb, ladders.u[i]);
}

}  // namespace

std::optional<std::array<SharedSecret, 2>> x25519_pair(const Exchange& first, const Exchange& second,
                                                       const Simd25519* simd) {
  if (simd == nullptr) {
    const auto one = x25519(first.ours, first.theirs);
    const auto other = x25519(second.ours, second.theirs);
    if (!one || !other) return std::nullopt;
    return std::array{*one, *other};
  }
  Ladders ladders{};
  set(ladders, 0, first);
  set(ladders, 1, second);
  simd->climb(ladders);
  std::array<SharedSecret, 2> secrets;
  Mask none = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    field25519::Element u;
    std::ranges::copy(ladders.u[i], u.limb.begin());
    secrets[i] = SharedSecret(field25519::encode(u));
    none |= is_zero(u);
  }
  wipe({reinterpret_cast<std::uint8_t*>(&ladders), sizeof ladders});
  if (none != 0) return std::nullopt;
  return secrets;
}

}  // namespace rozaneh::crypto
