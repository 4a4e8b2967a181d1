#include "crypto/hash.h"

#include <gtest/gtest.h>

#include "crypto/hex.h"

namespace rozaneh::crypto {
namespace {

TEST(Sha2, MatchesFips180) {
  const Bytes abc = bytes_of("abc");
  EXPECT_EQ(encode_hex(sha256(abc)), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(encode_hex(sha256()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(encode_hex(sha512(abc)),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

TEST(Sha2, HashesPartsAsOneText) {
  EXPECT_EQ(sha256(bytes_of("a"), Buffer{}, bytes_of("bc")), sha256(bytes_of("abc")));
}

TEST(Sha2, GoesOnFromACopiedState) {
  Sha256 first;
  first.update(bytes_of("ab"));
  Sha256 second = first;
  EXPECT_EQ(first.update(bytes_of("c")).finish(), sha256(bytes_of("abc")));
  EXPECT_EQ(second.update(bytes_of("d")).finish(), sha256(bytes_of("abd")));
}

struct MacVector {
  std::string_view name, key, data, mac;
};

// RFC 4231 section 4; the fifth case is truncated there, so only its beginning is compared.
const MacVector kRfc4231[] = {
    {"case 1", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {"case 2", "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {"case 3", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
     "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
    {"case 4", "0102030405060708090a0b0c0d0e0f10111213141516171819",
     "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
     "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
    {"case 5", "0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c", "546573742057697468205472756e636174696f6e",
     "a3b6167473100ee06e0c796c2955552b"},
};

TEST(HmacSha256, MatchesRfc4231) {
  for (const auto& vector : kRfc4231) {
    const auto mac = encode_hex(hmac_sha256(from_hex(vector.key), from_hex(vector.data)));
    EXPECT_EQ(mac.substr(0, vector.mac.size()), vector.mac) << vector.name;
  }
}

TEST(HmacSha256, HashesKeysLongerThanABlock) {
  const Buffer key(131, 0xaa);  // RFC 4231 cases 6 and 7
  EXPECT_EQ(encode_hex(hmac_sha256(key, bytes_of("Test Using Larger Than Block-Size Key - Hash Key First"))),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(
      encode_hex(hmac_sha256(
          key, bytes_of("This is a test using a larger than block-size key and a larger than block-size "
                        "data. The key needs to be hashed before being used by the HMAC algorithm."))),
      "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

TEST(HmacSha256, GivesTheSameInPartsAndFromACopy) {
  const Buffer key(52, 3);
  const Buffer data(200, 9);
  HmacSha256 mac(key);
  mac.update(Bytes(data).first(70));
  HmacSha256 copied = mac;
  const auto expected = hmac_sha256(key, data);
  EXPECT_EQ(mac.update(Bytes(data).subspan(70)).finish(), expected);
  EXPECT_EQ(copied.update(Bytes(data).subspan(70, 1)).update(Bytes(data).subspan(71)).finish(), expected);
}

struct HkdfVector {
  std::string_view name, input_key, salt, info, pseudo_random_key, output;
};

// RFC 5869 appendix A, cases 1 to 3.
const HkdfVector kRfc5869[] = {
    {"case 1", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
     "f0f1f2f3f4f5f6f7f8f9", "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
     "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"},
    {"case 2",
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323"
     "334"
     "35363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
     "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f9091929"
     "394"
     "95969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
     "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e"
     "3e4"
     "e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
     "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
     "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
     "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"},
    {"case 3", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
     "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
     "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"},
};

TEST(Hkdf, MatchesRfc5869) {
  for (const auto& vector : kRfc5869) {
    const auto key = hkdf_sha256_extract(from_hex(vector.salt), from_hex(vector.input_key));
    EXPECT_EQ(encode_hex(key.bytes()), vector.pseudo_random_key) << vector.name;
    Buffer output(vector.output.size() / 2);
    hkdf_sha256_expand(key.bytes(), from_hex(vector.info), output);
    EXPECT_EQ(encode_hex(output), vector.output) << vector.name;
  }
}

TEST(Hkdf, ExpandsToItsLimit) {
  const auto longest = hkdf_sha256_expand<std::size_t{255} * 32>(bytes_of("key"), bytes_of("info"));
  const auto shorter = hkdf_sha256_expand<33>(bytes_of("key"), bytes_of("info"));
  EXPECT_EQ(encode_hex(longest.bytes().first(33)), encode_hex(shorter.bytes()));
}

}  // namespace
}  // namespace rozaneh::crypto
