#include "wire/open_request.h"

#include "wire/exchange.h"

namespace rozaneh {
namespace {

using testing::hex;

OpenRequestServer server() { return {}; }
OpenRequestClient client() { return OpenRequestClient(*Target::parse("example.com:9050")); }

TEST(OpenRequest, IsAVersionAndASocksRequest) {
  EXPECT_EQ(testing::run_whole(client, {}).sent, "01050100030b6578616d706c652e636f6d235a");
  EXPECT_EQ(encode_hex(server().reply(SocksReply::succeeded)), "0105000001000000000000");
}

TEST(OpenRequest, OneSideUnderstandsTheOther) {
  for (const auto* target : {"example.com:9050", "192.0.2.1:1", "[2001:db8::1]:65535"}) {
    const auto asking = [&] { return OpenRequestClient(*Target::parse(target)); };
    const auto request = hex(testing::run_whole(asking, {}).sent);
    testing::expect_complete_only_as_a_whole(server, request);
    OpenRequestServer serving;
    testing::Exchange(serving).run(request, 1);
    EXPECT_EQ(serving.request().target.to_string(), target);
  }
  testing::expect_complete_only_as_a_whole(client, server().reply(SocksReply::succeeded));
}

TEST(OpenRequest, ServerRefusesInWords) {
  const std::pair<const char*, const char*> kCases[] = {
      {"02", "0105010001000000000000"},             // a version of tomorrow
      {"01 0503", "0105070001000000000000"},        // UDP ASSOCIATE
      {"01 0501000300", "0105010001000000000000"},  // an empty name
      {"01 05010009", "0105080001000000000000"},    // unknown type of address
      {"01 4745", "0105010001000000000000"},        // not SOCKS5
  };
  for (const auto& [input, sent] : kCases) {
    const auto ending = testing::run_whole(server, hex(input));
    EXPECT_EQ(ending.sent, sent) << input;
    EXPECT_NE(ending.failure, "");
    testing::expect_same_for_every_split(server, hex(input));
  }
}

TEST(OpenRequest, ClientHandsTheReasonOn) {
  const std::pair<SocksReply, const char*> kCases[] = {
      {SocksReply::not_allowed, "far end: does not allow this destination"},
      {SocksReply::timed_out, "far end: the destination did not answer in time"},
  };
  for (const auto& [reply, failure] : kCases)
    EXPECT_EQ(testing::run_whole(client, server().reply(reply)).failure, failure);
  EXPECT_EQ(testing::run_whole(client, hex("07")).failure,
            "open request: the other side speaks another version; one of the two needs an update (7)");
}

}  // namespace
}  // namespace rozaneh
