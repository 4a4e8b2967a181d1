#include "crypto/x25519_pair.h"

#include "crypto/field25519_root.h"

namespace rozaneh::crypto {
namespace {

using Exchanges = std::array<Exchange, 2>;
using Secrets = std::array<SharedSecret, 2>;

Ladders ladders_of(const Exchanges& exchanges) {
  Ladders out{};
  for (std::size_t i = 0; i < 2; ++i) {
    Secret<32> scalar(exchanges[i].ours.bytes());
    clamp(scalar.bytes());
    for (std::size_t lane = 4 * i; lane < 4 * i + 4; ++lane) {
      for (std::size_t word = 0; word < 4; ++word)
        out.scalar[word][lane] = field25519::detail::load(scalar.bytes().subspan(8 * word).first<8>());
    }
    std::ranges::copy(field25519::decode(exchanges[i].theirs.bytes).limb, out.u[i]);
  }
  return out;
}
