// SHA-2, HMAC and HKDF (FIPS 180-4, RFC 2104, RFC 5869), with OpenSSL's code for this CPU.
//
//     sha256(a, b, c)                       of the parts one after another
//     hmac_sha256(key, a, b)                the same under a key
//     HmacSha256 mac(key); mac.update(a);   when the parts come one by one, or when several MACs share
//     HmacSha256 other = mac;               their first part: a copy goes on from the same state
#pragma once

#include <array>
#include <memory>

#include "base/secret.h"

struct evp_md_ctx_st;

namespace rozaneh::crypto {

// A running hash with an output of kSize bytes: 32 is SHA-256, 48 SHA-384, 64 SHA-512.
template <std::size_t kSize>
class Digest {
 public:
  using Output = std::array<std::uint8_t, kSize>;

  Digest();
  Digest(const Digest& other);  // goes on from the other's state
  Digest(Digest&&) noexcept = default;
  Digest& operator=(const Digest& other) { return *this = Digest(other); }
  Digest& operator=(Digest&&) noexcept = default;
  ~Digest() = default;

  Digest& update(Bytes bytes);

  // The hash of everything so far. Ends the object's life: it takes no more bytes.
  [[nodiscard]] Output finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* state) const;  // wipes it too
  };
  std::unique_ptr<evp_md_ctx_st, Free> state_;
};

using Sha256 = Digest<32>;
using Sha384 = Digest<48>;
using Sha512 = Digest<64>;
extern template class Digest<32>;
extern template class Digest<48>;
extern template class Digest<64>;

// A running HMAC-SHA256; keys of any length. Compare outputs with `equal`, never with ==.
class HmacSha256 {
 public:
  using Output = Sha256::Output;

  explicit HmacSha256(Bytes key);

  HmacSha256& update(Bytes bytes) {
    inner_.update(bytes);
    return *this;
  }

  // The MAC of everything so far. Ends the object's life: it takes no more bytes.
  [[nodiscard]] Output finish();

 private:
  static constexpr std::size_t kBlock = 64;

  Secret<kBlock> key_;
  Sha256 inner_;
};

template <class... Parts>
[[nodiscard]] Sha256::Output sha256(const Parts&... parts) {
  Sha256 hash;
  (hash.update(parts), ...);
  return hash.finish();
}

template <class... Parts>
[[nodiscard]] Sha512::Output sha512(const Parts&... parts) {
  Sha512 hash;
  (hash.update(parts), ...);
  return hash.finish();
}

template <class... Parts>
[[nodiscard]] HmacSha256::Output hmac_sha256(Bytes key, const Parts&... parts) {
  HmacSha256 mac(key);
  (mac.update(parts), ...);
  return mac.finish();
}

// HKDF's two halves apart, since ScrambleSuit uses the second alone.
[[nodiscard]] Secret<32> hkdf_sha256_extract(Bytes salt, Bytes input_key);

// Fills `out`, at most 255 * 32 bytes.
void hkdf_sha256_expand(Bytes pseudo_random_key, Bytes info, MutableBytes out);

template <std::size_t kSize>
[[nodiscard]] Secret<kSize> hkdf_sha256_expand(Bytes pseudo_random_key, Bytes info) {
  static_assert(kSize <= std::size_t{255} * 32);
  Secret<kSize> out;
  hkdf_sha256_expand(pseudo_random_key, info, out.bytes());
  return out;
}

}  // namespace rozaneh::crypto
