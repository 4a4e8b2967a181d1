#include "crypto/sha1.h"

#include "crypto/openssl.h"

namespace rozaneh::crypto {

std::array<std::uint8_t, 20> sha1(Bytes bytes) {
  static const EVP_MD* const algorithm = must_have(EVP_MD_fetch(nullptr, "SHA1", nullptr));
  std::array<std::uint8_t, 20> out{};
  must(EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, algorithm, nullptr));
  return out;
}

}  // namespace rozaneh::crypto
