// The keys of a TLS 1.3 client for one handshake, as Chromium has them: X25519MLKEM768
// (draft-ietf-tls-ecdhe-mlkem) and X25519 at once, P-256 or P-384 where the server asks for it.
#pragma once

#include <optional>
#include <vector>

#include "crypto/mlkem768.h"
#include "crypto/nist_curve.h"
#include "crypto/x25519.h"

namespace rozaneh::tls {

// Groups by their numbers in the registry of IANA.
namespace group {
inline constexpr std::uint16_t kP256 = 0x0017;
inline constexpr std::uint16_t kP384 = 0x0018;
inline constexpr std::uint16_t kX25519 = 0x001d;
inline constexpr std::uint16_t kX25519Mlkem768 = 0x11ec;
}  // namespace group

struct KeyShare {
  std::uint16_t group = 0;
  Buffer key;
};

// Move-only. Wiped when it dies.
class KeyShares {
 public:
  explicit KeyShares(Random& random);

  // What goes into the hello: both at first, the one that was asked for after `retry`.
  [[nodiscard]] std::vector<KeyShare> offered() const;

  // Makes a key of the group that the server asks for; false if that is none that it may ask for.
  bool retry(std::uint16_t group);

  // The secret shared with the server's key, of one of the groups that were offered; nullopt if that is
  // wrong. The caller wipes it.
  [[nodiscard]] std::optional<Buffer> agree(std::uint16_t group, Bytes theirs) const;

 private:
  [[nodiscard]] std::optional<Buffer> agree_hybrid(Bytes theirs) const;

  crypto::MlkemSeed mlkem_;
  crypto::KeyPair hybrid_;  // X25519 beside ML-KEM: another one than alone, as in BoringSSL
  crypto::KeyPair alone_;
  std::uint16_t asked_ = 0;
  std::optional<crypto::NistKey> nist_;
};

}  // namespace rozaneh::tls
