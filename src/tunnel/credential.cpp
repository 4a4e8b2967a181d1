#include "tunnel/credential.h"

#include "base/encoding.h"
#include "crypto/hash.h"

namespace rozaneh::tunnel {

Credential make_credential(Random& random) {
  Credential credential;
  random.fill(credential.bytes());
  return credential;
}

CredentialHash hash_credential(Bytes credential) {
  return crypto::hmac_sha256(credential, bytes_of("rozaneh tunnel 1 user"));
}

std::string serialize_credential(const Credential& credential) {
  return encode_base64url(credential.bytes());
}

std::optional<Credential> parse_credential(std::string_view text) {
  auto bytes = decode_base64url(text);
  if (!bytes) return std::nullopt;
  std::optional<Credential> credential;
  if (bytes->size() == Credential::kSize) credential.emplace(Bytes(*bytes).first<Credential::kSize>());
  wipe(*bytes);
  return credential;
}

}  // namespace rozaneh::tunnel
