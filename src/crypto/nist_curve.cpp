#include "crypto/nist_curve.h"

#include <openssl/ec.h>
#include <openssl/err.h>

#include "crypto/openssl.h"

namespace rozaneh::crypto {
namespace {

using Context = std::unique_ptr<EVP_PKEY_CTX, OpensslFree<&EVP_PKEY_CTX_free>>;
using Key = std::unique_ptr<EVP_PKEY, OpensslFree<&EVP_PKEY_free>>;

std::size_t point_size(NistCurve curve) { return curve == NistCurve::p256 ? 65 : 97; }

}  // namespace

void NistKey::Free::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

NistKey::NistKey(NistCurve curve)
    : curve_(curve), key_(must_have(EVP_EC_gen(curve == NistCurve::p256 ? "P-256" : "P-384"))) {}

Buffer NistKey::public_key() const {
  unsigned char* point = nullptr;
  const std::size_t size = EVP_PKEY_get1_encoded_public_key(key_.get(), &point);
  if (size == 0) std::abort();
  const Buffer bytes(point, point + size);
  OPENSSL_free(point);
  return bytes;
}

std::optional<Buffer> NistKey::agree(Bytes theirs) const {
  if (theirs.size() != point_size(curve_) || theirs[0] != 4) return std::nullopt;
  const Key peer(must_have(EVP_PKEY_new()));
  must(EVP_PKEY_copy_parameters(peer.get(), key_.get()));
  // This is where a point beside the curve is refused.
  if (EVP_PKEY_set1_encoded_public_key(peer.get(), theirs.data(), theirs.size()) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  const Context context(must_have(EVP_PKEY_CTX_new(key_.get(), nullptr)));
  must(EVP_PKEY_derive_init(context.get()));
  Buffer shared(point_size(curve_) / 2);
  std::size_t size = shared.size();
  if (EVP_PKEY_derive_set_peer(context.get(), peer.get()) != 1 ||
      EVP_PKEY_derive(context.get(), shared.data(), &size) != 1 || size != shared.size()) {
    ERR_clear_error();
    return std::nullopt;
  }
  return shared;
}

}  // namespace rozaneh::crypto
