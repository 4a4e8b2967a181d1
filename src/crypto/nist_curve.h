// ECDH on NIST's curves (SEC 1; RFC 8446 section 4.2.8.2), with OpenSSL.
#pragma once

#include <memory>
#include <optional>

#include "base/bytes.h"

struct evp_pkey_st;

namespace rozaneh::crypto {

enum class NistCurve { p256, p384 };

// A key pair for one exchange. Move-only.
class NistKey {
 public:
  explicit NistKey(NistCurve curve);  // a new one, by OpenSSL's randomness

  // The uncompressed point: 65 or 97 bytes, the first of them 4.
  [[nodiscard]] Buffer public_key() const;

  // The x coordinate that both sides share; nullopt if `theirs` is no such point of the curve. The caller
  // wipes it.
  [[nodiscard]] std::optional<Buffer> agree(Bytes theirs) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };
  NistCurve curve_;
  std::unique_ptr<evp_pkey_st, Free> key_;
};

}  // namespace rozaneh::crypto
