#include "transport/obfs4/ntor.h"

#include "crypto/hash.h"
#include "crypto/x25519_pair.h"

namespace rozaneh::obfs4 {
namespace {

constexpr std::string_view kProtocol = "ntor-curve25519-sha256-1";
constexpr std::string_view kMac = "ntor-curve25519-sha256-1:mac";
constexpr std::string_view kExtract = "ntor-curve25519-sha256-1:key_extract";
constexpr std::string_view kVerify = "ntor-curve25519-sha256-1:key_verify";
constexpr std::string_view kExpand = "ntor-curve25519-sha256-1:key_expand";

// The part that both inputs end in: B | B | X | Y | PROTOID | ID.
Buffer transcript(const BridgeId& bridge, const crypto::PublicKey& X, const crypto::PublicKey& Y) {
  return concat(bridge.key.bytes, bridge.key.bytes, X.bytes, Y.bytes, bytes_of(kProtocol), bridge.node);
}

// The secrets are EXP(X, y) and EXP(X, b), in the specification's terms.
NtorResult finish(const std::array<crypto::SharedSecret, 2>& secrets, Bytes common) {
  Buffer secret_input = concat(secrets[0].bytes(), secrets[1].bytes(), common);
  NtorResult result;
  result.key_seed = Secret<32>(crypto::hmac_sha256(bytes_of(kExtract), secret_input));
  auto verify = crypto::hmac_sha256(bytes_of(kVerify), secret_input);
  result.auth = crypto::hmac_sha256(bytes_of(kMac), verify, common, bytes_of("Server"));
  wipe(secret_input);
  wipe(verify);
  return result;
}

}  // namespace

std::optional<NtorResult> ntor_client(const crypto::PrivateKey& x, const crypto::PublicKey& X,
                                      const crypto::PublicKey& Y, const BridgeId& bridge) {
  const auto secrets = crypto::x25519_pair({x, Y}, {x, bridge.key});
  if (!secrets) return std::nullopt;
  return finish(*secrets, transcript(bridge, X, Y));
}

std::optional<NtorResult> ntor_server(const crypto::PrivateKey& y, const crypto::PublicKey& Y,
                                      const crypto::PrivateKey& b, const crypto::PublicKey& X,
                                      const BridgeId& bridge) {
  const auto secrets = crypto::x25519_pair({y, X}, {b, X});
  if (!secrets) return std::nullopt;
  return finish(*secrets, transcript(bridge, X, Y));
}

Secret<2 * kFrameKeySize> derive_frame_keys(const Secret<32>& key_seed) {
  const auto key = crypto::hkdf_sha256_extract(bytes_of(kExtract), key_seed.bytes());
  return crypto::hkdf_sha256_expand<2 * kFrameKeySize>(key.bytes(), bytes_of(kExpand));
}

}  // namespace rozaneh::obfs4
