#include "wire/tls/key_shares.h"

namespace rozaneh::tls {
namespace {

crypto::MlkemSeed seed_of(Random& random) {
  crypto::MlkemSeed seed;
  random.fill(seed.bytes());
  return seed;
}

std::optional<Buffer> x25519(const crypto::KeyPair& ours, Bytes theirs) {
  if (theirs.size() != crypto::PublicKey::kSize) return std::nullopt;
  const auto shared =
      crypto::x25519(ours.private_key, crypto::PublicKey(theirs.first<crypto::PublicKey::kSize>()));
  if (!shared) return std::nullopt;
  return concat(shared->bytes());
}

}  // namespace

KeyShares::KeyShares(Random& random)
    : mlkem_(seed_of(random)),
      hybrid_(crypto::make_key_pair(random)),
      alone_(crypto::make_key_pair(random)) {}

std::vector<KeyShare> KeyShares::offered() const {
  if (nist_) return {{.group = asked_, .key = nist_->public_key()}};
  return {{.group = group::kX25519Mlkem768,
           .key = concat(crypto::mlkem768_public_key(mlkem_), hybrid_.public_key.bytes)},
          {.group = group::kX25519, .key = concat(alone_.public_key.bytes)}};
}

bool KeyShares::retry(std::uint16_t group) {
  if (group != group::kP256 && group != group::kP384) return false;
  asked_ = group;
  nist_.emplace(group == group::kP256 ? crypto::NistCurve::p256 : crypto::NistCurve::p384);
  return true;
}

std::optional<Buffer> KeyShares::agree(std::uint16_t group, Bytes theirs) const {
  if (nist_) return group == asked_ ? nist_->agree(theirs) : std::nullopt;
  if (group == group::kX25519) return x25519(alone_, theirs);
  return group == group::kX25519Mlkem768 ? agree_hybrid(theirs) : std::nullopt;
}

// ML-KEM's ciphertext and secret stand first, X25519's after them.
std::optional<Buffer> KeyShares::agree_hybrid(Bytes theirs) const {
  crypto::MlkemCiphertext ciphertext;
  if (theirs.size() != ciphertext.size() + crypto::PublicKey::kSize) return std::nullopt;
  copy(ciphertext, theirs.first(ciphertext.size()));
  auto classical = x25519(hybrid_, theirs.subspan(ciphertext.size()));
  if (!classical) return std::nullopt;
  const auto quantum = crypto::mlkem768_decapsulate(mlkem_, ciphertext);
  Buffer both = concat(quantum.bytes(), *classical);
  wipe(*classical);
  return both;
}

}  // namespace rozaneh::tls
