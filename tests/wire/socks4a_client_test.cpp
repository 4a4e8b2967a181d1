#include "wire/socks4a_client.h"

#include "wire/exchange.h"
#include "wire/socks_error.h"

namespace rozaneh {
namespace {

using testing::hex;

Socks4aClient make() { return Socks4aClient(*Target::parse("192.0.2.1:443")); }

std::string asked(const char* target, std::string user_id = {}) {
  return testing::run_whole([&] { return Socks4aClient(*Target::parse(target), user_id); }, {}).sent;
}

TEST(Socks4aClient, AsksForAddressesAndNames) {
  EXPECT_EQ(asked("192.0.2.1:443"), "040101bbc000020100");
  EXPECT_EQ(asked("192.0.2.1:443", "me"), "040101bbc00002016d6500");
  EXPECT_EQ(asked("a.b:443"), "040101bb0000000100612e6200");
  EXPECT_EQ(asked("[::1]:443", "me"), "040101bb000000016d65003a3a3100");
}

TEST(Socks4aClient, IsDoneWithTheWholeReply) {
  testing::expect_complete_only_as_a_whole(make, hex("005a 0102 03040506"));
  EXPECT_EQ(testing::run_whole(make, hex("005a 0102 03040506 4142")).consumed, 8U);
}

TEST(Socks4aClient, SaysWhyItWasRefused) {
  const std::pair<const char*, const char*> kCases[] = {
      {"005b", "socks: the proxy refused the request"},
      {"005c", "socks: the proxy refused the user name or the password"},
      {"005d000000000000", "socks: the proxy refused the user name or the password"},
      {"055a", "socks: the other side does not speak this version of SOCKS"},
  };
  for (const auto& [input, failure] : kCases) {
    EXPECT_EQ(testing::run_whole(make, hex(input)).failure, failure);
    testing::expect_same_for_every_split(make, hex(input));
  }
}

TEST(Socks4aClient, RefusesAUserIdThatCannotBeSent) {
  for (const auto& user_id : {std::string("a\0b", 3), std::string(256, 'a')})
    EXPECT_TRUE(Socks4aClient(*Target::parse("a:1"), user_id).step({}).error().is(SocksError::credentials));
}

}  // namespace
}  // namespace rozaneh
