#include "wire/pt_environment.h"

#include <gtest/gtest.h>

namespace rozaneh {
namespace {

TEST(PtEnvironment, FindsItsVersionInTheList) {
  for (const auto* text : {"1", "1,2", "2,1", "somethingelse,1"})
    EXPECT_TRUE(offers_pt_version_1(text)) << text;
  for (const auto* text : {"", "2", "11", "2,11", "1.0"}) EXPECT_FALSE(offers_pt_version_1(text)) << text;
}

TEST(PtEnvironment, ListsTransports) {
  EXPECT_EQ(*parse_pt_transports("obfs4,obfs3,trebuchet"),
            (std::vector<std::string>{"obfs4", "obfs3", "trebuchet"}));
  for (const auto* text : {"", ",", "obfs4,", ",obfs4", "a,,b"})
    EXPECT_FALSE(parse_pt_transports(text)) << text;
}

TEST(PtEnvironment, ReadsBindAddresses) {
  const auto addresses = parse_pt_bind_addresses("obfs4-192.0.2.1:443,obfs3-[2001:db8::1]:0");
  ASSERT_TRUE(addresses);
  ASSERT_EQ(addresses->size(), 2U);
  EXPECT_EQ(addresses->at(0), (BindAddress{"obfs4", *Endpoint::parse("192.0.2.1:443")}));
  EXPECT_EQ(addresses->at(1), (BindAddress{"obfs3", *Endpoint::parse("[2001:db8::1]:0")}));
}

TEST(PtEnvironment, RefusesBindAddressesThatAreUnclear) {
  for (const auto* text :
       {"", "obfs4", "obfs4-", "-192.0.2.1:443", "obfs4-192.0.2.1", "obfs4-example.org:443",
        "obfs4-192.0.2.1:443,", "obfs4-192.0.2.1:1,obfs4-192.0.2.1:2", "obfs4-2001:db8::1:443"})
    EXPECT_FALSE(parse_pt_bind_addresses(text)) << text;
}

}  // namespace
}  // namespace rozaneh
