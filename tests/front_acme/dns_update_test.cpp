#include "front/acme/dns_update.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace rozaneh::front::acme {
namespace {

constexpr Time at(std::int64_t seconds) { return Time(std::chrono::seconds(seconds)); }

TsigKey key() {
  TsigKey key{.name = "acme.example", .secret = {}};
  for (std::uint8_t i = 0; i < 32; ++i) key.secret.push_back(i);
  return key;
}

DnsUpdate update(bool add, std::uint16_t id) {
  return {.add = add,
          .zone = "example.org",
          .name = "_acme-challenge.example.org",
          .value = "gfj9Xq...Rg85nM",
          .id = id};
}

// What Debian 12's nsupdate 9.18 sends for the same, byte for byte.
TEST(DnsUpdate, AddsAsNsupdateDoes) {
  const auto made = make_update(update(true, 0xefe3), key(), at(0x6b0192dc));
  ASSERT_TRUE(made);
  EXPECT_EQ(encode_hex(made->message),
            "efe328000001000000010001076578616d706c65036f726700000600010f5f61636d652d6368616c6c656e6765c00c00"
            "1000010000"
            "003c00100f67666a3958712e2e2e526738356e4d0461636d65076578616d706c650000fa00ff00000000003d0b686d61"
            "632d736861"
            "3235360000006b0192dc012c0020977f0794ed2e172cb127b39111e1d9c388ccce59823ccdd7c8bdd4f6ea9ffb89efe3"
            "00000000");
}

TEST(DnsUpdate, RemovesAsNsupdateDoes) {
  const auto made = make_update(update(false, 0xca8b), key(), at(0x6b0192e8));
  ASSERT_TRUE(made);
  EXPECT_EQ(encode_hex(made->message),
            "ca8b28000001000000010001076578616d706c65036f726700000600010f5f61636d652d6368616c6c656e6765c00c00"
            "1000fe0000"
            "000000100f67666a3958712e2e2e526738356e4d0461636d65076578616d706c650000fa00ff00000000003d0b686d61"
            "632d736861"
            "3235360000006b0192e8012c0020ecb7b1ea9b4b185e0a8131a14a1a1f9601aceab775133d929888b45bb1526007ca8b"
            "00000000");
}

TEST(DnsUpdate, IsNotMadeForAnotherZone) {
  for (const char* name :
       {"_acme-challenge.example.net", "badexample.org", "", "a..example.org", "a b.example.org"}) {
    DnsUpdate odd = update(true, 1);
    odd.name = name;
    EXPECT_FALSE(make_update(odd, key(), at(1))) << name;
  }
}

// From Debian 12's Knot 3.2.6, to an update of id 0x1f75 signed with this MAC at 0x6b0192e9.
constexpr const char* kMac = "7607e2f1e7edc0de1d60f5a2927385b4e606641682e3515362e21192daca5f43";
constexpr const char* kAnswer =
    "1f75a8000001000000000001076578616d706c65036f726700000600010461636d65076578616d706c650000fa00ff0000000000"
    "3d0b686d61"
    "632d7368613235360000006b0192e9012c00204842b2da3ce92d5313ef77841ebfbe4553a4ee0bcc6add94daa9571836cbaf261f"
    "7500000000";
constexpr std::int64_t kAnswered = 0x6b0192e9;

Result<> check(Bytes answer, std::int64_t now = kAnswered) {
  return check_update_answer(answer, update(true, 0x1f75), key(), *decode_hex(kMac), at(now));
}

TEST(DnsUpdateAnswer, OfKnotIsBelieved) {
  const auto good = check(*decode_hex(kAnswer));
  EXPECT_TRUE(good) << good.error().message();
}

TEST(DnsUpdateAnswer, IsNotBelievedWithAnyBitChanged) {
  Buffer answer = *decode_hex(kAnswer);
  for (std::size_t bit = 0; bit < answer.size() * 8; ++bit) {
    // The letter's case of the key's name and of the algorithm's is not signed: both are written in lower
    // case.
    answer[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    const bool letter = bit % 8 == 5 && bit / 8 >= 29 && bit / 8 < 42 + 10 + 13;
    if (!letter) EXPECT_FALSE(check(answer)) << bit;
    answer[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
  }
}

TEST(DnsUpdateAnswer, IsNotBelievedCutShortOrOldOrToAnother) {
  const Buffer answer = *decode_hex(kAnswer);
  for (std::size_t size = 0; size < answer.size(); ++size) EXPECT_FALSE(check(Bytes(answer).first(size)));
  EXPECT_FALSE(check(answer, kAnswered + kTsigFudge + 1));
  EXPECT_FALSE(check_update_answer(answer, update(true, 0x1f75), key(), Buffer(32), at(kAnswered)));
}

TEST(DnsUpdateAnswer, TellsWhyTheServerRefuses) {
  // NOTAUTH with no records.
  const auto refused = check(*decode_hex("1f75a8090000000000000000"));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find("NOTAUTH"), std::string::npos) << refused.error().message();
}

TEST(TsigKey, IsReadInBothForms) {
  for (const char* text : {"hmac-sha256:acme.example:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
                           "Acme.example.:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
                           "key \"acme.example\" {\n\talgorithm hmac-sha256;\n\tsecret "
                           "\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\";\n};\n"}) {
    const auto read = parse_tsig_key(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(read->name, "acme.example");
    EXPECT_EQ(read->secret, key().secret);
  }
  for (const char* text :
       {"", "name", "hmac-md5:a:AAEC", "a:???", "key \"a\" { algorithm hmac-sha512; secret \"AAEC\"; };",
        "key { secret \"AAEC\"; }", ":AAEC"})
    EXPECT_FALSE(parse_tsig_key(text)) << text;
}

}  // namespace
}  // namespace rozaneh::front::acme
