#include "crypto/aes.h"

#include <gtest/gtest.h>

#include "crypto/hex.h"

namespace rozaneh::crypto {
namespace {

// NIST SP 800-38A, appendix F: four blocks, the same plaintext throughout.
constexpr std::string_view kPlain =
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";
constexpr std::string_view kKey128 = "2b7e151628aed2a6abf7158809cf4f3c";
constexpr std::string_view kKey256 = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";
constexpr std::string_view kCounter = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff";

struct CtrVector {
  std::string_view name, key, cipher;
};

const CtrVector kCtr[] = {
    {"F.5.1", kKey128,
     "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff"
     "5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee"},
    {"F.5.5", kKey256,
     "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"
     "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6"},
};

AesCtr stream(std::string_view key, std::string_view counter = kCounter) {
  return {from_hex(key), array_from_hex<16>(counter)};
}

TEST(AesCtr, MatchesSp80038a) {
  for (const auto& vector : kCtr) {
    Buffer bytes = from_hex(kPlain);
    stream(vector.key).apply(bytes);
    EXPECT_EQ(encode_hex(bytes), vector.cipher) << vector.name;
    stream(vector.key).apply(bytes);
    EXPECT_EQ(encode_hex(bytes), kPlain) << vector.name;
  }
}

TEST(AesCtr, GoesOnWhereItStoppedHoweverTheBytesAreCut) {
  const Buffer cipher = from_hex(kCtr[0].cipher);
  for (std::size_t cut = 0; cut <= cipher.size(); ++cut) {
    Buffer bytes = from_hex(kPlain);
    AesCtr aes = stream(kKey128);
    aes.apply(MutableBytes(bytes).first(cut));
    aes.apply(MutableBytes(bytes).subspan(cut));
    EXPECT_EQ(bytes, cipher) << cut;
  }
}

TEST(AesCtr, SkipsAsManyBytesAsItIsTold) {
  for (const std::size_t count : {0U, 1U, 511U, 512U, 513U, 8194U}) {
    Buffer whole(count + 40);
    stream(kKey128).apply(whole);
    Buffer rest(40);
    AesCtr aes = stream(kKey128);
    aes.skip(count);
    aes.apply(rest);
    EXPECT_EQ(encode_hex(rest), encode_hex(Bytes(whole).last(40))) << count;
  }
}

TEST(AesCtr, CarriesTheCounterThroughAllSixteenBytes) {
  Buffer two_blocks(32);
  stream(kKey128, "ffffffffffffffffffffffffffffffff").apply(two_blocks);
  Buffer block_of_zero(16);
  stream(kKey128, "00000000000000000000000000000000").apply(block_of_zero);
  EXPECT_EQ(encode_hex(Bytes(two_blocks).last(16)), encode_hex(block_of_zero));
}

TEST(AesCtrDeathTest, RefusesKeysOfOtherLengths) { EXPECT_DEATH(stream("00112233"), ""); }

TEST(Aes128Cbc, MatchesSp80038a) {  // F.2.1 and F.2.2
  const auto key = array_from_hex<16>(kKey128);
  const auto iv = array_from_hex<16>("000102030405060708090a0b0c0d0e0f");
  Buffer bytes = from_hex(kPlain);
  encrypt_aes128_cbc(key, iv, bytes);
  EXPECT_EQ(encode_hex(bytes),
            "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"
            "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7");
  decrypt_aes128_cbc(key, iv, bytes);
  EXPECT_EQ(encode_hex(bytes), kPlain);
}

// The GCM specification's appendix B, test cases 1, 2 and 4 (McGrew and Viega, "The Galois/Counter Mode of
// Operation").
struct GcmVector {
  std::string_view key, nonce, associated, plain, cipher, tag;
};

const GcmVector kGcm[] = {
    {"00000000000000000000000000000000", "000000000000000000000000", "", "", "",
     "58e2fccefa7e3061367f1d57a4e7455a"},
    {"00000000000000000000000000000000", "000000000000000000000000", "", "00000000000000000000000000000000",
     "0388dace60b6a392f328c2b971b2fe78", "ab6e47d42cec13bdf53a67b21257bddf"},
    {"feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf"
     "5"
     "aa0de657ba637b39",
     "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b3"
     "9"
     "6a0aac973d58e091",
     "5bc94fbc3221a5db94fae95ae7121a47"},
};

TEST(Aes128Gcm, MatchesItsSpecification) {
  for (const auto& vector : kGcm) {
    const auto key = array_from_hex<16>(vector.key);
    const auto nonce = array_from_hex<12>(vector.nonce);
    const Buffer associated = from_hex(vector.associated);
    Buffer text = from_hex(vector.plain);
    const GcmTag tag = seal_aes128_gcm(key, nonce, associated, text);
    EXPECT_EQ(encode_hex(text), vector.cipher);
    EXPECT_EQ(encode_hex(tag), vector.tag);
    EXPECT_TRUE(open_aes128_gcm(key, nonce, associated, text, tag));
    EXPECT_EQ(encode_hex(text), vector.plain);
  }
}

TEST(Aes128Gcm, RefusesWhatWasChanged) {
  const auto& vector = kGcm[2];
  const auto key = array_from_hex<16>(vector.key);
  const auto nonce = array_from_hex<12>(vector.nonce);
  const auto tag = array_from_hex<16>(vector.tag);
  const Buffer associated = from_hex(vector.associated);
  const Buffer cipher = from_hex(vector.cipher);
  const auto opens = [&](Buffer text, Buffer beside, GcmTag with) {
    return open_aes128_gcm(key, nonce, beside, text, with);
  };
  EXPECT_TRUE(opens(cipher, associated, tag));
  const auto flipped = [](auto bytes) {
    bytes.back() ^= 1U;
    return bytes;
  };
  EXPECT_FALSE(opens(flipped(cipher), associated, tag));
  EXPECT_FALSE(opens(cipher, flipped(associated), tag));
  EXPECT_FALSE(opens(cipher, associated, flipped(tag)));
}

}  // namespace
}  // namespace rozaneh::crypto
