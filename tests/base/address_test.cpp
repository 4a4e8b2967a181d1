#include "base/address.h"

#include <gtest/gtest.h>

namespace rozaneh {
namespace {

TEST(Address, EndpointsParseAndPrintTheSame) {
  for (const char* text : {"192.0.2.1:443", "[2001:db8::1]:1", "0.0.0.0:0", "[::]:65535"}) {
    const auto endpoint = Endpoint::parse(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(endpoint->to_string(), text);
  }
}

TEST(Address, WhatIsNoEndpointIsRefused) {
  for (const char* text :
       {"", ":1", "1.2.3.4", "1.2.3.4:", "1.2.3.4:65536", "1.2.3.4:-1", "1.2.3.4:1 ", "2001:db8::1:80",
        "[1.2.3.4]:1", "[::1]", "[::1]80", "[::1:80", "1.2.3:80", "1.2.3.4.5:80", "[fe80::1%eth0]:1"})
    EXPECT_FALSE(Endpoint::parse(text)) << text;
}

TEST(Address, TargetsTakeNames) {
  EXPECT_EQ(Target::parse("example.org:443")->to_string(), "example.org:443");
  EXPECT_EQ(Target::parse("[::1]:22")->to_string(), "[::1]:22");
  EXPECT_FALSE(Target::parse("exa mple.org:443"));
  EXPECT_FALSE(Target::parse("a/b:443"));
  EXPECT_FALSE(Target::from_host(std::string_view("127.0.0.1\0.example.org", 22), 443));
  EXPECT_FALSE(Target::from_host(std::string(256, 'a'), 1));
  EXPECT_TRUE(Target::from_host(std::string(255, 'a'), 1));
}

TEST(Address, SpecialNetworksAreNotPublic) {
  for (const char* text :
       {"127.0.0.1", "10.1.2.3", "172.31.255.255", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "ff02::1", "::ffff:10.0.0.1",
        "64:ff9b::a00:1", "2002:a00:1::", "2001:0:1::", "2001:db8::1"})
    EXPECT_FALSE(IpAddress::parse(text)->is_public()) << text;
  for (const char* text : {"1.1.1.1", "172.32.0.1", "100.128.0.1", "193.0.0.1", "2606:4700::1111", "2a00::1"})
    EXPECT_TRUE(IpAddress::parse(text)->is_public()) << text;
}

}  // namespace
}  // namespace rozaneh
