#include "crypto/aead.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include "crypto/hex.h"
#include "crypto/random.h"

namespace rozaneh::crypto {
namespace {

constexpr std::size_t kTag = Aead::kTag;

class AeadTest : public testing::Test {
 protected:
  AeadTest() { random_.fill(key_.bytes()); }

  // A text and room for its tag, which holds garbage.
  Buffer message(std::size_t text) { return random_.bytes(text + kTag); }

  Buffer sealed(std::uint64_t counter, Bytes associated, Buffer message) {
    Aead(key_, Aead::Use::seal).seal(counter, associated, message);
    return message;
  }

  bool opens(std::uint64_t counter, Bytes associated, Buffer message) {
    return Aead(key_, Aead::Use::open).open(counter, associated, message);
  }

  [[nodiscard]] Buffer reference(std::uint64_t counter, Bytes associated, Bytes text) const {
    std::array<std::uint8_t, 12> nonce{};
    std::memcpy(nonce.data() + 4, &counter, 8);
    Buffer out(text.size() + kTag);
    crypto_aead_chacha20poly1305_ietf_encrypt(out.data(), nullptr, text.data(), text.size(),
                                              associated.data(), associated.size(), nullptr, nonce.data(),
                                              key_.bytes().data());
    return out;
  }

  SeededRandom random_{8439};
  Secret<32> key_;
};

// RFC 8439 appendix A.5, whose nonce is 00000000 0102030405060708: a counter, as it happens.
TEST_F(AeadTest, MatchesTheVectorOfTheRfc) {
  key_ = Secret<32>(array_from_hex<32>("1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0"));
  const std::uint64_t counter = 0x0807060504030201;
  const Buffer associated = from_hex("f33388860000000000004e91");
  const std::string_view text =
      "496e7465726e65742d4472616674732061726520647261667420646f63756d656e74732076616c696420666f722061206d"
      "6178696d756d206f6620736978206d6f6e74687320616e64206d617920626520757064617465642c207265706c61636564"
      "2c206f72206f62736f6c65746564206279206f7468657220646f63756d656e747320617420616e792074696d652e204974"
      "20697320696e617070726f70726961746520746f2075736520496e7465726e65742d447261667473206173207265666572"
      "656e6365206d6174657269616c206f7220746f2063697465207468656d206f74686572207468616e206173202fe2809c77"
      "6f726b20696e2070726f67726573732e2fe2809d";
  const std::string_view box =
      "64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb24c6cfc18755d43eea09ee94e382d26b0bd"
      "b7b73c321b0100d4f03b7f355894cf332f830e710b97ce98c8a84abd0b948114ad176e008d33bd60f982b1ff37c8559797"
      "a06ef4f0ef61c186324e2b3506383606907b6a7c02b0f9f6157b53c867e4b9166c767b804d46a59b5216cde7a4e99040c5"
      "a40433225ee282a1b0a06c523eaf4534d7f83fa1155b0047718cbc546a0d072b04b3564eea1b422273f548271a0bb23160"
      "53fa76991955ebd63159434ecebb4e466dae5a1073a6727627097a1049e617d91d361094fa68f0ff77987130305beaba2e"
      "da04df997b714d6c6f2c29a6ad5cb4022b02709b"
      "eead9d67890cbb22392336fea1851f38";
  Buffer message = concat(from_hex(text), Buffer(kTag));
  EXPECT_EQ(encode_hex(sealed(counter, associated, message)), box);
  message = from_hex(box);
  ASSERT_TRUE(Aead(key_, Aead::Use::open).open(counter, associated, message));
  EXPECT_EQ(encode_hex(Bytes(message).first(message.size() - kTag)), text);
}

TEST_F(AeadTest, AgreesWithLibsodiumOnEveryLength) {
  Aead seal(key_, Aead::Use::seal);
  Aead open(key_, Aead::Use::open);
  for (std::size_t length = 0; length <= 1500; ++length) {
    Buffer bytes = message(length);
    const Buffer text(bytes.begin(), bytes.end() - kTag);
    const Buffer associated = random_.bytes(length % 37);
    seal.seal(length, associated, bytes);
    ASSERT_EQ(bytes, reference(length, associated, text)) << length;
    ASSERT_TRUE(open.open(length, associated, bytes)) << length;
    ASSERT_TRUE(std::ranges::equal(Bytes(bytes).first(length), text)) << length;
  }
}

TEST_F(AeadTest, AgreesWithLibsodiumOnALongMessage) {
  const Buffer bytes = message(200'000);
  EXPECT_EQ(sealed(3, {}, bytes), reference(3, {}, Bytes(bytes).first(200'000)));
}

TEST_F(AeadTest, TakesEveryCounter) {
  for (int shift = 0; shift < 64; ++shift) {
    const std::uint64_t counter = std::uint64_t{1} << shift;
    const Buffer bytes = message(20);
    EXPECT_EQ(sealed(counter, {}, bytes), reference(counter, {}, Bytes(bytes).first(20))) << shift;
  }
}

TEST_F(AeadTest, EveryBitOfAMessageAndOfItsAssociatedBytesCounts) {
  const Buffer associated = random_.bytes(5);
  const Buffer good = sealed(1, associated, message(70));
  ASSERT_TRUE(opens(1, associated, good));
  const Buffer both = concat(good, associated);
  for (std::size_t bit = 0; bit < 8 * both.size(); ++bit) {
    Buffer altered = both;
    altered[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    const auto middle = altered.begin() + static_cast<std::ptrdiff_t>(good.size());
    EXPECT_FALSE(opens(1, Buffer(middle, altered.end()), Buffer(altered.begin(), middle))) << bit;
  }
}

TEST_F(AeadTest, OpensOnlyUnderTheSameKeyAndCounter) {
  const Buffer good = sealed(1, {}, message(70));
  EXPECT_FALSE(opens(2, {}, good));
  EXPECT_TRUE(opens(1, {}, good));
  key_.bytes()[31] ^= 0x80;
  EXPECT_FALSE(opens(1, {}, good));
}

TEST_F(AeadTest, OpensNoPartOfAMessage) {
  const Buffer good = sealed(1, {}, message(40));
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(opens(1, {}, Buffer(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))))
        << size;
  }
}

TEST_F(AeadTest, LeavesNothingOfAForgedMessage) {
  Buffer forged = sealed(1, {}, message(40));
  forged.back() ^= 1;
  ASSERT_FALSE(Aead(key_, Aead::Use::open).open(1, {}, forged));
  forged.resize(40);
  EXPECT_EQ(forged, Buffer(40));
}

TEST_F(AeadTest, GoesOnAfterAForgedMessage) {
  Aead open(key_, Aead::Use::open);
  Buffer forged = message(40);
  EXPECT_FALSE(open.open(1, {}, forged));
  Buffer good = sealed(1, {}, message(40));
  EXPECT_TRUE(open.open(1, {}, good));
}

TEST_F(AeadTest, SealingWithoutRoomForTheTagAborts) {
  Buffer bytes(kTag - 1);
  EXPECT_DEATH(Aead(key_, Aead::Use::seal).seal(1, {}, bytes), "");
}

}  // namespace
}  // namespace rozaneh::crypto
