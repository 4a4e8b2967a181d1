#include "tunnel/server_key.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "transport/setup_error.h"

namespace rozaneh::tunnel {
namespace {

constexpr const char* kRecord = "tunnel_key";

}  // namespace

// The private key's 32 bytes; the public one follows from them.
Result<crypto::KeyPair> kept_key(io::State& state, Random& random) {
  auto kept = state.read(kRecord);
  if (!kept) return std::unexpected(kept.error());
  if (!*kept) {
    const crypto::KeyPair fresh = crypto::make_key_pair(random);
    const auto written = state.write(kRecord, fresh.private_key.bytes());
    if (!written) return std::unexpected(written.error());
    return fresh;
  }
  if ((*kept)->size() != crypto::PrivateKey::kSize)
    return fail(transport::SetupError::state, fmt::format("{} has not 32 bytes", kRecord));
  const crypto::PrivateKey key(Bytes(**kept).first<crypto::PrivateKey::kSize>());
  wipe(**kept);
  return crypto::KeyPair{.private_key = key, .public_key = crypto::public_key_of(key)};
}

std::string serialize_key(const crypto::PublicKey& key) { return encode_base64url(key.bytes); }

std::optional<crypto::PublicKey> parse_key(std::string_view text) {
  const auto key = decode_base64url(text);
  if (!key || key->size() != crypto::PublicKey::kSize) return std::nullopt;
  return crypto::PublicKey(Bytes(*key).first<crypto::PublicKey::kSize>());
}

}  // namespace rozaneh::tunnel
