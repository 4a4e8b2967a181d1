#include "wire/ext_orport.h"

#include "crypto/hash.h"
#include "wire/exchange.h"

namespace rozaneh {
namespace {

using testing::hex;

// The values of Tor's own test, src/test/test_extorport.c, test_ext_or_cookie_auth_testvec.
constexpr std::string_view kCookie = "Gliding wrapt in a brown mantle,";
constexpr std::string_view kClientNonce = "But when I look ahead up the whi";
constexpr std::string_view kServerNonce = "te road There is always another ";
constexpr auto kServerHash = "ec80ed6e546d3b36fdfc22fe1315416b029f1ade7610d910878b62eeb7403821";
constexpr auto kClientHash = "ab391732dd2ed968cd40c087d1b1f25b33b3cd77ff79bd80c2074bbf438119a2";

ExtOrPortClient make_for(std::optional<Endpoint> peer) {
  ExtOrPortClient::Nonce nonce{};
  copy(nonce, bytes_of(kClientNonce));
  const ExtOrPortCookie cookie(bytes_of(kCookie).first<32>());
  return {cookie, nonce, {.peer = peer, .transport = "obfs4"}};
}

ExtOrPortClient make() { return make_for(Endpoint::parse("192.0.2.1:5")); }

Buffer tor_says(std::string_view types, std::string_view end) {
  return concat(hex(types), hex(kServerHash), bytes_of(kServerNonce), hex(end));
}

TEST(ExtOrPortClient, ProvesItselfAndNamesTheConnection) {
  const auto input = tor_says("01 00", "01 1000 0000");
  const auto user_address = "0001000b" + encode_hex(bytes_of("192.0.2.1:5"));
  EXPECT_EQ(testing::run_whole(make, input).sent, "01" + encode_hex(bytes_of(kClientNonce)) + kClientHash +
                                                      user_address + "000200056f62667334" + "00000000");
  testing::expect_complete_only_as_a_whole(make, input);
}

TEST(ExtOrPortClient, WritesAddressesOfVersion6InBracketsOrNone) {
  const auto input = tor_says("01 00", "01");
  const auto sent = [&](std::optional<Endpoint> peer) {
    return testing::run_whole([&] { return make_for(peer); }, input).sent.substr(2 + 64 + 64);
  };
  EXPECT_EQ(sent(Endpoint::parse("[::1]:5")),
            "000100075b3a3a315d3a35"
            "000200056f62667334"
            "00000000");
  EXPECT_EQ(sent(std::nullopt),
            "000200056f62667334"
            "00000000");
}

TEST(ExtOrPortClient, PicksItsTypeAndSkipsUnknownReplies) {
  testing::expect_complete_only_as_a_whole(make,
                                           tor_says("07 ff 01 02 00", "01 1002 0003 616263 1000 0001 00"));
  EXPECT_EQ(testing::run_whole(make, tor_says("01 00", "01 1000 0000 414243")).consumed, 2U + 64 + 1 + 4);
}

TEST(ExtOrPortClient, SaysWhatWentWrong) {
  auto wrong_hash = tor_says("01 00", "");
  wrong_hash[2] ^= 1;
  std::string endless;
  for (int i = 0; i < 17; ++i) endless += "10020000";
  const std::pair<Buffer, const char*> kCases[] = {
      {hex("00"), "extended ORPort: Tor does not offer SAFE_COOKIE"},
      {hex("02 03 00 01"), "extended ORPort: Tor does not offer SAFE_COOKIE"},
      {Buffer(300, 1), "extended ORPort: Tor sent a malformed message (authentication types)"},
      {wrong_hash, "extended ORPort: the other side does not know Tor's cookie"},
      {tor_says("01 00", "00"), "extended ORPort: Tor refused our cookie"},
      {tor_says("01 00", "01 1001 0000"), "extended ORPort: Tor denied the connection"},
      {tor_says("01 00", "01 1002 0ffd"),
       "extended ORPort: Tor sent a malformed message (a reply of more than 4 KiB)"},
      {tor_says("01 00", "01" + endless),
       "extended ORPort: Tor sent a malformed message (no end of replies)"},
  };
  for (const auto& [input, failure] : kCases) {
    EXPECT_EQ(testing::run_whole(make, input).failure, failure);
    testing::expect_same_for_every_split(make, input);
  }
}

TEST(ExtOrPortClient, ProvesNothingToSomebodyWithoutTheCookie) {
  auto input = tor_says("01 00", "01");
  input[65] ^= 1;  // the nonce is not the one that was hashed
  const auto ending = testing::run_whole(make, input);
  EXPECT_EQ(ending.sent, "01" + encode_hex(bytes_of(kClientNonce)));
}

TEST(ExtOrPortCookie, IsTheWholeFileAndNothingElse) {
  const auto file = concat(bytes_of("! Extended ORPort Auth Cookie !\n"), bytes_of(kCookie));
  const auto cookie = parse_ext_orport_cookie(file);
  ASSERT_TRUE(cookie);
  EXPECT_EQ(text_of(cookie->bytes()), kCookie);
  for (std::size_t size = 0; size < file.size(); ++size)
    EXPECT_FALSE(parse_ext_orport_cookie(Bytes(file).first(size))) << size;
  EXPECT_FALSE(parse_ext_orport_cookie(concat(file, bytes_of("\n"))));
  EXPECT_FALSE(
      parse_ext_orport_cookie(concat(bytes_of("! Extended ORPort Auth Cookie?\n"), bytes_of(kCookie))));
}

}  // namespace
}  // namespace rozaneh
