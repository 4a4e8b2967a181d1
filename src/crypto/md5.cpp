#include "crypto/md5.h"

#include "crypto/openssl.h"

namespace rozaneh::crypto {

std::array<std::uint8_t, 16> md5(Bytes bytes) {
  static const EVP_MD* const algorithm = must_have(EVP_MD_fetch(nullptr, "MD5", nullptr));
  std::array<std::uint8_t, 16> out;
  must(EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, algorithm, nullptr));
  return out;
}

}  // namespace rozaneh::crypto
