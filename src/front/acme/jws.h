// Signed requests: JWS with ES256 (RFC 7515, 7518) and the thumbprint of an account's key (RFC 7638).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/bytes.h"
#include "front/certificates/key.h"

namespace rozaneh::front::acme {

// The public half of a key on P-256 as a JSON Web Key (RFC 7517; crv, kty, x, y).
nlohmann::json public_jwk(const Key& key);

// base64url of SHA-256 over the JWK's required members in the order of their names (RFC 7638 section 3).
// Takes EC and RSA.
std::string thumbprint(const nlohmann::json& jwk);

// r and s, 32 bytes each (RFC 7518 section 3.4). The key is on P-256.
Buffer sign_es256(const Key& key, std::string_view text);
bool verify_es256(const Key& key, std::string_view text, Bytes signature);

// The binding of an account's key to one that the authority knows otherwise (RFC 8555 section 7.3.4): a JWS
// of the key's public half, under HMAC-SHA256, to be sent in the request for an account at `url`.
nlohmann::json bind_account(const Key& account, std::string_view key_id, Bytes mac_key, std::string_view url);

// The flattened JSON form (RFC 7515 section 7.2.2, RFC 8555 section 6.2). `header` is completed by "alg".
// An empty payload is a POST-as-GET.
std::string sign_request(const Key& key, nlohmann::json header, std::string_view payload);

}  // namespace rozaneh::front::acme
