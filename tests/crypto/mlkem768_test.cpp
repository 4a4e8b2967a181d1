// ML-KEM-768 against OpenSSL 3.5 (by Python's cryptography 48): the private key is the SHA-512 of a byte 0.
#include "crypto/mlkem768.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "crypto/random.h"

namespace rozaneh::crypto {
namespace {

constexpr std::string_view kPublicKeyHash =
    "81829a5785a951f7de4457bbb12116021a343cf2d09dc2bd32c43780cb9d9b37";
constexpr std::string_view kShared = "694dd40251f0a07810d5c3ab0c86bd8b0d44ad439ab5cf66919921013710b04e";
constexpr std::string_view kSharedOfWrong =
    "ed0d4c8aaf81fe1a87ac67ab383932adb40c47b8de0fe2bcc3fdcb3270213d00";
constexpr std::string_view kCiphertext =
    "d11b7fec8cc710e04fc23119aa56762d4b45170ae91d4bf7f88a8123c0d5bcb6a2867ac6b072181f45f1e8bc8c96db0fe56e"
    "75146d03884cbd1988dd2c5c431591b6d7927b0ecbd2a9ce1379f937e9ce134a5c16a4f3d21d1f8f7eadb7746906b7e551b1"
    "3ca88b5cdb22d4e88a635eb1a6bf630a9c3c7ca50ccf38fdd5ea757a5927221f98ca4c349a7312073ed4982bc8bb7e39a71d"
    "a675102b06be7f842271f8a8653470bd64bd79c8422d2b6d3fa4581eed91da6fccc2c4950f8b8f0812085979f503cb49146d"
    "3f48c0dbac0134f6173413376bfe1c0d12dd03bdc0cc8e9a00c5b9e9895eaf8b9157396e6c2cde01d4ff7caf0a88967fb82a"
    "982b215b1bd7feffd9e2cf76b34e9e3359a402a37bd2528ac89c8e04718f57b5a38f446fe4e8be5bd19c9803e2cf8fab299e"
    "f81fb86108e0a92384290eb9b4d19caba2696ad42b1a2fa357cff6ef8478bb9d7de01e1ed86ea0578ec6a6edc2d1609b58d9"
    "0d1c5cd61fa6cd69b43687a3a9788c2c8abd727653b0485eb9e8c9ad14b13f951658386ec422441482bd1e5410017a4ea262"
    "afdf2ca0e9479a6738ebf1f92c98aa88b516d39042eadb45d4428aa4ea45fa84b61c77fea7d327c9d603e3cfffd403f2c550"
    "3a53290ec596e0a0f0b63156b226225e75c9e773b09355dca545619a5c5104b97cf0d1f223a625ac8e5c478368c3912c1621"
    "a59e845ac118d731d0a3afe85ff556550f9cce45530780bde9aba862b65673e276d75bf25cec8ae2a72443a6dd7a53d1f4f8"
    "dfb37f647d96810486f2afece8f3149f7680c49c2111a8b728e1e2c5d22bdec571751cb7b2885634c263bb1c843157acc55e"
    "64e9a7dc03784d0c584d7229f6f11a57b95985c3da342eb407e1c0f2442f8b770a6cbb421ef3b54510de807d7a63ff2f66f2"
    "d9f13db0f8208994565593444d0f26541ab352107594fe7a39eae8445faeccd407f57c8d1444a8792c33117b712a129570ab"
    "455e1525b7d4a4e39431ff3047e096173a1e71769021787b7b3b37e964f079f88d02c54f32fd2ea006fd582c61a5c3aba9db"
    "ca71cb692c9e1067a2ddc4dca78254de75e06c64ba6b26dd35f77782dd76b20fc27e781ffa161ba8119dda533066c2715dba"
    "20aedac5db1ce6316768fafaf03a27bf58ba112f36250336e42cc196810fcc8bad975783aa23f30e3c3d272b031e9ec59c52"
    "760fc7067b547e33849e2a00663ffd14de65b7c1867da614014912317c504fdb2db89d50bc55fe469af07ed7b6c2beb60727"
    "6de1d50c2bfd1e80c96c986532f75ed9d946c130c51888df8bf57407b4259891670725ca948302a1c9ed3280679c7aad0266"
    "b6c0d4e452366bf230cfb0475e1db6c782cf878367810bd1f80c651b9f14e7727dc3c9d3be81a8d42326c6727d56e1d6b206"
    "de20bda8e61753d70ac2923a319aea86c36d4d1c957f6e24b96a5afa00b4fa7d7274f4ac611a18a32428ac1fba0ac3cc1e5b"
    "990cffbb49408b049e66b25425a6d8d4566dc95f90b873a9232202653bbbf23a1a0bc0a439ea";

MlkemSeed seed(std::uint8_t number) { return MlkemSeed(sha512(Bytes(&number, 1))); }

MlkemCiphertext ciphertext() {
  MlkemCiphertext bytes;
  copy(bytes, *decode_hex(kCiphertext));
  return bytes;
}

TEST(Mlkem768, MakesTheKeysThatOpensslMakes) {
  EXPECT_EQ(encode_hex(sha256(mlkem768_public_key(seed(0)))), kPublicKeyHash);
  EXPECT_EQ(encode_hex(sha256(mlkem768_public_key(seed(1)))),
            "d59ce3c1cbbb91f27f249523c28abc56c0c64e2413047f9c6a0182b6bb9d760a");
  EXPECT_EQ(encode_hex(sha256(mlkem768_public_key(seed(2)))),
            "1f9049fc3a1935fa86db76cf76915e4cf57c90d382eef97fae547ef1bb5454ee");
}

TEST(Mlkem768, SharesASecretWithOpenssl) {
  EXPECT_EQ(encode_hex(mlkem768_decapsulate(seed(0), ciphertext()).bytes()), kShared);
}

TEST(Mlkem768, AnswersAForgedCiphertextAsOpensslDoes) {
  auto wrong = ciphertext();
  wrong[5] ^= 1;
  EXPECT_EQ(encode_hex(mlkem768_decapsulate(seed(0), wrong).bytes()), kSharedOfWrong);
}

TEST(Mlkem768, SharesASecretWithItself) {
  SeededRandom random(7);
  for (int i = 0; i < 50; ++i) {
    MlkemSeed key;
    random.fill(key.bytes());
    Secret<32> message;
    random.fill(message.bytes());
    const auto made = mlkem768_encapsulate(mlkem768_public_key(key), message);
    ASSERT_TRUE(made);
    EXPECT_EQ(encode_hex(mlkem768_decapsulate(key, made->ciphertext).bytes()),
              encode_hex(made->shared.bytes()));
  }
}

TEST(Mlkem768, TakesNoKeyWhoseCoefficientsAreNotReduced) {
  auto key = mlkem768_public_key(seed(0));
  key[0] = 0x01;  // 3329
  key[1] = static_cast<std::uint8_t>((key[1] & 0xf0U) | 0x0dU);
  EXPECT_FALSE(mlkem768_encapsulate(key, Secret<32>()));
}

}  // namespace
}  // namespace rozaneh::crypto
