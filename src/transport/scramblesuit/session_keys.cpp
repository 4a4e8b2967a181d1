#include "transport/scramblesuit/session_keys.h"

#include "crypto/hash.h"

namespace rozaneh::scramblesuit {

crypto::AesCtr DirectionKey::stream() const {
  std::array<std::uint8_t, crypto::AesCtr::kBlock> counter{};
  copy(counter, counter_prefix);
  counter.back() = 1;
  return {cipher.bytes(), counter};
}

SessionKeys derive_session_keys(const MasterKey& master) {
  const auto material = crypto::hkdf_sha256_expand<144>(master.bytes(), {});
  const auto bytes = material.bytes();
  SessionKeys keys;
  keys.client_to_server.cipher = Secret<32>(bytes.subspan<0, 32>());
  copy(keys.client_to_server.counter_prefix, bytes.subspan<32, 8>());
  keys.server_to_client.cipher = Secret<32>(bytes.subspan<40, 32>());
  copy(keys.server_to_client.counter_prefix, bytes.subspan<72, 8>());
  keys.client_to_server.mac = Secret<32>(bytes.subspan<80, 32>());
  keys.server_to_client.mac = Secret<32>(bytes.subspan<112, 32>());
  return keys;
}

}  // namespace rozaneh::scramblesuit
