#include "crypto/uniform_dh.h"

#include "crypto/mask.h"
#include "crypto/openssl.h"

namespace rozaneh::crypto {
namespace {

using Scratch = std::unique_ptr<BN_CTX, OpensslFree<&BN_CTX_free>>;
using Montgomery = std::unique_ptr<BN_MONT_CTX, OpensslFree<&BN_MONT_CTX_free>>;

// The prime, and what its arithmetic needs; made once, since that costs a good part of an exponentiation.
struct Group {
  BigNumber p{must_have(BN_get_rfc3526_prime_1536(nullptr))};
  Montgomery montgomery{must_have(BN_MONT_CTX_new())};

  Group() {
    const Scratch scratch(must_have(BN_CTX_new()));
    must(BN_MONT_CTX_set(montgomery.get(), p.get(), scratch.get()));
  }
};

const Group& group() {
  static const Group once;
  return once;
}

BigNumber read(Bytes bytes) {
  return BigNumber(must_have(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr)));
}

void write(const BigNumber& number, MutableBytes out) {
  const int size = static_cast<int>(out.size());
  must(BN_bn2binpad(number.get(), out.data(), size) == size ? 1 : 0);
}

// base^exponent modulo p.
BigNumber power(const BigNumber& base, Bytes exponent) {
  const Scratch scratch(must_have(BN_CTX_new()));
  const BigNumber secret = read(exponent);
  BN_set_flags(secret.get(), BN_FLG_CONSTTIME);
  BigNumber out(must_have(BN_new()));
  must(BN_mod_exp_mont_consttime(out.get(), base.get(), secret.get(), group().p.get(), scratch.get(),
                                 group().montgomery.get()));
  return out;
}

void select(Mask condition, Bytes yes, Bytes no, MutableBytes chosen) {
  for (std::size_t i = 0; i < chosen.size(); ++i)
    chosen[i] = static_cast<std::uint8_t>(no[i] ^ (condition & (yes[i] ^ no[i])));
}

}  // namespace

UniformDh::UniformDh(const Secret<kSize>& private_key) : exponent_(private_key) {
  auto& last = exponent_.bytes().back();
  const Mask coin = mask_of(last & 1U);
  last &= 0xfeU;

  BigNumber two(must_have(BN_new()));
  must(BN_set_word(two.get(), 2));
  const BigNumber x = power(two, exponent_.bytes());
  BigNumber p_minus_x(must_have(BN_new()));
  must(BN_sub(p_minus_x.get(), group().p.get(), x.get()));
  PublicKey plain;
  PublicKey mirrored;
  write(x, plain);
  write(p_minus_x, mirrored);
  select(coin, mirrored, plain, public_key_);
}

UniformDh UniformDh::make(Random& random) {
  Secret<kSize> key;
  random.fill(key.bytes());
  return UniformDh(key);
}

std::optional<Secret<UniformDh::kSize>> UniformDh::shared_secret(
    std::span<const std::uint8_t, kSize> their_public_key) const {
  BigNumber theirs = read(their_public_key);
  // Numbers from p on stand for their remainder, as for other implementations.
  if (BN_cmp(theirs.get(), group().p.get()) >= 0) must(BN_sub(theirs.get(), theirs.get(), group().p.get()));
  const BigNumber secret = power(theirs, exponent_.bytes());
  if (BN_is_zero(secret.get()) || BN_is_one(secret.get())) return std::nullopt;
  Secret<kSize> out;
  write(secret, out.bytes());
  return out;
}

}  // namespace rozaneh::crypto
