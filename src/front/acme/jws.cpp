#include "front/acme/jws.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>

#include <array>
#include <nlohmann/json.hpp>

#include "base/encoding.h"
#include "crypto/hash.h"

namespace rozaneh::front::acme {
namespace {

using crypto::must;
using crypto::must_have;
using Context = std::unique_ptr<EVP_MD_CTX, crypto::OpensslFree<&EVP_MD_CTX_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, crypto::OpensslFree<&ECDSA_SIG_free>>;

constexpr std::size_t kCoordinate = 32;

std::string coordinate(const Key& key, const char* name) {
  BIGNUM* number = nullptr;
  must(EVP_PKEY_get_bn_param(key.get(), name, &number));
  const crypto::BigNumber owned(number);
  std::array<std::uint8_t, kCoordinate> bytes{};
  must(BN_bn2binpad(number, bytes.data(), kCoordinate) == static_cast<int>(kCoordinate) ? 1 : 0);
  return encode_base64url(bytes);
}

}  // namespace

nlohmann::json public_jwk(const Key& key) {
  return {{"crv", "P-256"},
          {"kty", "EC"},
          {"x", coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X)},
          {"y", coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y)}};
}

std::string thumbprint(const nlohmann::json& jwk) {
  nlohmann::json required;  // a map in the order of names, written without spaces
  for (const char* name : {"crv", "e", "kty", "n", "x", "y"})
    if (jwk.contains(name)) required[name] = jwk[name];
  return encode_base64url(crypto::sha256(bytes_of(required.dump())));
}

Buffer sign_es256(const Key& key, std::string_view text) {
  const Context context(must_have(EVP_MD_CTX_new()));
  must(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()));
  std::array<std::uint8_t, 80> der{};  // at most 72 on this curve
  std::size_t size = der.size();
  const Bytes bytes = bytes_of(text);
  must(EVP_DigestSign(context.get(), der.data(), &size, bytes.data(), bytes.size()));
  const unsigned char* at = der.data();
  const Signature signature(must_have(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size))));
  Buffer raw(2 * kCoordinate);
  const MutableBytes all(raw);
  for (const auto& [number, to] : {std::pair(ECDSA_SIG_get0_r(signature.get()), all.first(kCoordinate)),
                                   std::pair(ECDSA_SIG_get0_s(signature.get()), all.last(kCoordinate))})
    must(BN_bn2binpad(number, to.data(), kCoordinate) == static_cast<int>(kCoordinate) ? 1 : 0);
  return raw;
}

bool verify_es256(const Key& key, std::string_view text, Bytes signature) {
  if (signature.size() != 2 * kCoordinate) return false;
  const Signature parts(must_have(ECDSA_SIG_new()));
  must(ECDSA_SIG_set0(parts.get(), must_have(BN_bin2bn(signature.data(), kCoordinate, nullptr)),
                      must_have(BN_bin2bn(signature.subspan(kCoordinate).data(), kCoordinate, nullptr))));
  std::array<std::uint8_t, 80> der{};
  unsigned char* to = der.data();
  const int size = i2d_ECDSA_SIG(parts.get(), &to);
  const Context context(must_have(EVP_MD_CTX_new()));
  must(EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()));
  const Bytes bytes = bytes_of(text);
  const int good =
      EVP_DigestVerify(context.get(), der.data(), static_cast<std::size_t>(size), bytes.data(), bytes.size());
  ERR_clear_error();
  return good == 1;
}

nlohmann::json bind_account(const Key& account, std::string_view key_id, Bytes mac_key,
                            std::string_view url) {
  const nlohmann::json header = {{"alg", "HS256"}, {"kid", key_id}, {"url", url}};
  const std::string head = encode_base64url(bytes_of(header.dump()));
  const std::string body = encode_base64url(bytes_of(public_jwk(account).dump()));
  const auto mac = crypto::hmac_sha256(mac_key, bytes_of(head), bytes_of("."), bytes_of(body));
  return {{"protected", head}, {"payload", body}, {"signature", encode_base64url(mac)}};
}

std::string sign_request(const Key& key, nlohmann::json header, std::string_view payload) {
  header["alg"] = "ES256";
  const std::string head = encode_base64url(bytes_of(header.dump()));
  const std::string body = encode_base64url(bytes_of(payload));
  const Buffer signature = sign_es256(key, std::string(head).append(".").append(body));
  return nlohmann::json{{"protected", head}, {"payload", body}, {"signature", encode_base64url(signature)}}
      .dump();
}

}  // namespace rozaneh::front::acme
