#include "wire/socks5_server.h"

#include "wire/exchange.h"
#include "wire/socks_message.h"

namespace rozaneh {
namespace {

using testing::hex;

Socks5Server make() { return Socks5Server(); }

struct Case {
  const char* input;
  const char* sent;
};

// Behind a greeting without authentication. The messages are those of obfs4proxy's socks_test.go.
TEST(Socks5Server, TakesTheThreeKindsOfAddress) {
  const std::pair<const char*, const char*> kCases[] = {
      {"05010001 7f000001 235a", "127.0.0.1:9050"},
      {"05010004 0102030405060708090a0b0c0d0e0f10 235a", "[102:304:506:708:90a:b0c:d0e:f10]:9050"},
      {"05010003 0b 6578616d706c652e636f6d 235a", "example.com:9050"},
      {"05010003 09 3132372e302e302e31 235a", "127.0.0.1:9050"},  // an address in the place of a name
  };
  for (const auto& [request, target] : kCases) {
    const auto input = concat(hex("050100"), hex(request));
    Socks5Server server;
    const auto ending = testing::Exchange(server).run(input, input.size());
    EXPECT_TRUE(ending.done) << ending.failure;
    EXPECT_EQ(ending.sent, "0500");
    EXPECT_EQ(server.request().target.to_string(), target);
    EXPECT_FALSE(server.request().credentials);
    testing::expect_complete_only_as_a_whole(make, input);
  }
}

TEST(Socks5Server, HandsUserNameAndPasswordOn) {
  const auto input = hex("05020002 01 09 6b65793d76616c7565 01 00 050100017f000001235a");
  Socks5Server server;
  const auto ending = testing::Exchange(server).run(input, 7);
  EXPECT_EQ(ending.sent, "05020100");
  ASSERT_TRUE(server.request().credentials);
  EXPECT_EQ(server.request().credentials->username, "key=value");
  EXPECT_EQ(server.request().credentials->password, std::string(1, '\0'));
  testing::expect_complete_only_as_a_whole(make, input);
}

TEST(Socks5Server, TakesTheLongestFields) {
  const auto input = concat(hex("050102 01ff"), Buffer(255, 'u'), hex("ff"), Buffer(255, 'p'),
                            hex("05010003ff"), Buffer(255, 'n'), hex("0050"));
  testing::expect_complete_only_as_a_whole(make, input);
}

TEST(Socks5Server, LeavesWhatFollowsTheRequest) {
  const auto input = concat(hex("050100 050100017f000001235a"), bytes_of("early data"));
  const auto ending = testing::run_whole(make, input);
  EXPECT_TRUE(ending.done);
  EXPECT_EQ(ending.consumed, input.size() - 10);
}

TEST(Socks5Server, SaysWhyBeforeItFails) {
  const Case kCases[] = {
      {"0500", "05ff"},                                                // no method offered
      {"050101", "05ff"},                                              // only GSSAPI
      {"0501 02 0305414243444505", "05020101"},                        // wrong version of RFC 1929
      {"0501 02 0100056162636465", "05020101"},                        // no user name
      {"0501 02 010541424344450005", "05020101"},                      // no password
      {"050100 030100017f000001235a", "050005010001000000000000"},     // wrong version
      {"050100 050500017f000001235a", "050005070001000000000000"},     // unknown command
      {"050100 050200017f000001235a", "050005070001000000000000"},     // BIND
      {"050100 05030001000000000000", "050005070001000000000000"},     // UDP ASSOCIATE
      {"050100 050130017f000001235a", "050005010001000000000000"},     // RSV is not 0
      {"050100 050100057f000001235a", "050005080001000000000000"},     // unknown type of address
      {"050100 0501000300235a", "050005010001000000000000"},           // an empty name
      {"050100 05010003 03 612f62 235a", "050005010001000000000000"},  // "a/b"
      {"050100 05010003 03 610062 235a", "050005010001000000000000"},  // a NUL in the name
      {"04010050 00000001 00 612e6200", "005b000000000000"},           // SOCKS4a
  };
  for (const auto& [input, sent] : kCases) {
    const auto ending = testing::run_whole(make, hex(input));
    EXPECT_EQ(ending.sent, sent) << input;
    EXPECT_FALSE(ending.done) << input;
    EXPECT_NE(ending.failure, "") << input;
    testing::expect_same_for_every_split(make, hex(input));
  }
}

TEST(Socks5Server, TakesAssociationsWhereTheyAreServed) {
  const std::pair<const char*, const char*> kCases[] = {
      {"05030001 00000000 0000", "0.0.0.0:0"},
      {"05030001 7f000001 235a", "127.0.0.1:9050"},
      {"05030003 09 6c6f63616c686f7374 0035", "localhost:53"},
  };
  for (const auto& [request, target] : kCases) {
    const auto input = concat(hex("050100"), hex(request));
    Socks5Server server(true);
    const auto ending = testing::Exchange(server).run(input, input.size());
    EXPECT_TRUE(ending.done) << ending.failure;
    EXPECT_EQ(server.request().command, Command::associate);
    EXPECT_EQ(server.request().target.to_string(), target);
    testing::expect_complete_only_as_a_whole([] { return Socks5Server(true); }, input);
  }
  Socks5Server server(true);
  const auto connects = testing::Exchange(server).run(hex("050100 050100017f000001235a"), 13);
  EXPECT_TRUE(connects.done);
  EXPECT_EQ(server.request().command, Command::connect);
}

TEST(Socks5Server, SaysWhereDatagramsAreTaken) {
  EXPECT_EQ(encode_hex(encode_socks_reply(*Endpoint::parse("127.0.0.1:53"))), "050000017f0000010035");
  EXPECT_EQ(encode_hex(encode_socks_reply(*Endpoint::parse("[::1]:53"))),
            "05000004000000000000000000000000000000010035");
}

TEST(Socks5Server, IsSilentTowardsAnotherProtocol) {
  const auto ending = testing::run_whole(make, hex("030100"));
  EXPECT_EQ(ending.sent, "");
  EXPECT_EQ(ending.failure, "socks: the other side does not speak this version of SOCKS");
}

TEST(Socks5Server, RepliesWithoutAnAddressOfItsOwn) {
  EXPECT_EQ(encode_hex(make().reply(SocksReply::succeeded)), "05000001000000000000");
  EXPECT_EQ(encode_hex(make().reply(SocksReply::connection_refused)), "05050001000000000000");
}

}  // namespace
}  // namespace rozaneh
