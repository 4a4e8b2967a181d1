#include "wire/socks5_client.h"

#include "wire/exchange.h"
#include "wire/socks_error.h"

namespace rozaneh {
namespace {

using testing::hex;

const Target kTarget = *Target::parse("example.com:9050");
constexpr auto kRequest = "050100030b6578616d706c652e636f6d235a";

Socks5Client make() { return Socks5Client(kTarget); }
Socks5Client make_with_credentials() { return Socks5Client(kTarget, Credentials{"ab", "c"}); }

TEST(Socks5Client, AsksForANameWithoutAuthentication) {
  const auto input = hex("0500 05000001000000000000");
  EXPECT_EQ(testing::run_whole(make, input).sent, std::string("050100") + kRequest);
  testing::expect_complete_only_as_a_whole(make, input);
}

TEST(Socks5Client, SendsCredentialsOnlyWhenAsked) {
  EXPECT_EQ(testing::run_whole(make_with_credentials, hex("0500")).sent, std::string("05020002") + kRequest);
  const auto input = hex("0502 0100 0500000410000000000000000000000000000001235a");
  EXPECT_EQ(testing::run_whole(make_with_credentials, input).sent,
            std::string("05020002") + "010261620163" + kRequest);
  testing::expect_complete_only_as_a_whole(make_with_credentials, input);
}

TEST(Socks5Client, WritesAddressesAsAddresses) {
  const auto sent = [](const char* target) {
    return testing::run_whole([&] { return Socks5Client(*Target::parse(target)); }, hex("0500")).sent;
  };
  EXPECT_EQ(sent("127.0.0.1:9050"), "050100050100017f000001235a");
  EXPECT_EQ(sent("[::1]:9050"), "0501000501000400000000000000000000000000000001235a");
}

TEST(Socks5Client, SkipsTheBoundAddressWhateverItIs) {
  for (const auto* reply :
       {"0500 0500000303612f62 0050", "0500 050000030178 0050", "0500 05000001ffffffffffff"})
    testing::expect_complete_only_as_a_whole(make, hex(reply));
}

TEST(Socks5Client, LeavesWhatFollowsTheReply) {
  EXPECT_EQ(testing::run_whole(make, hex("0500 05000001000000000000 53534821")).consumed, 12U);
}

TEST(Socks5Client, SaysWhatTheProxyDidWrong) {
  const std::pair<const char*, const char*> kCases[] = {
      {"0400", "socks: the other side does not speak this version of SOCKS"},
      {"05ff", "socks: the two sides have no way to authenticate in common"},
      {"0502", "socks: the two sides have no way to authenticate in common"},  // was not offered
      {"0500 0505", "far end: the destination refused the connection"},
      {"0500 05020001000000000000", "far end: does not allow this destination"},
      {"0500 0599", "far end: could not connect to the destination (code 153)"},
      {"0500 05000002", "socks: unknown type of address"},
      {"485454502f312e31203430300d0a", "socks: the other side does not speak this version of SOCKS"},
  };
  for (const auto& [input, failure] : kCases) {
    EXPECT_EQ(testing::run_whole(make, hex(input)).failure, failure) << input;
    testing::expect_same_for_every_split(make, hex(input));
  }
  EXPECT_EQ(testing::run_whole(make_with_credentials, hex("0502 0101")).failure,
            "socks: the proxy refused the user name or the password");
}

TEST(Socks5Client, RefusesCredentialsThatDoNotFit) {
  for (const auto& credentials :
       {Credentials{"", "p"}, Credentials{"u", ""}, Credentials{std::string(256, 'u'), "p"}})
    EXPECT_TRUE(Socks5Client(kTarget, credentials).step({}).error().is(SocksError::credentials));
}

TEST(SocksReply, IsFoundAgainInAnError) {
  EXPECT_EQ(reply_of(Error(SocksReply::timed_out)), SocksReply::timed_out);
  EXPECT_EQ(reply_of(Error(SocksReply::not_allowed, "detail")), SocksReply::not_allowed);
  EXPECT_EQ(reply_of(Error(SocksError::version)), SocksReply::general_failure);
}

}  // namespace
}  // namespace rozaneh
