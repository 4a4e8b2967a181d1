#include "lab/score/pluggable.h"

#include <gtest/gtest.h>

#include "wire/pt_arguments.h"
#include "wire/upstream_proxy.h"

namespace rozaneh::lab {
namespace {

TEST(Pluggable, TellsTheClientsPort) {
  Placeholders values;
  const auto taken = take_method("CMETHOD obfs4 socks5 127.0.0.1:34567", "obfs4", values);
  ASSERT_TRUE(taken);
  EXPECT_TRUE(*taken);
  EXPECT_EQ(values["pt.port"], "34567");
}

TEST(Pluggable, TellsArgumentsThatComeBackOutOfAProxysUrl) {
  Placeholders values;
  const auto taken =
      take_method("SMETHOD obfs4 198.51.100.20:443 ARGS:cert=a+b/c,iat-mode=1", "obfs4", values);
  ASSERT_TRUE(taken);
  EXPECT_TRUE(*taken);
  const auto proxy = parse_upstream_proxy("socks5://" + values["pt.arguments"] + "@127.0.0.1:1");
  ASSERT_TRUE(proxy) << proxy.error().message();
  const auto arguments = unpack_pt_arguments(*proxy->credentials);
  ASSERT_TRUE(arguments);
  EXPECT_EQ(arguments->get("cert"), "a+b/c");
  EXPECT_EQ(arguments->get("iat-mode"), "1");
}

TEST(Pluggable, PassesOverOtherLines) {
  for (const std::string_view line : {"VERSION 1", "CMETHODS DONE", "STATUS TRANSPORT=obfs4", "",
                                      "LOG SEVERITY=x", "CMETHOD obfs3 socks5 127.0.0.1:1"}) {
    Placeholders values;
    const auto taken = take_method(line, "obfs4", values);
    ASSERT_TRUE(taken) << line;
    EXPECT_FALSE(*taken) << line;
    EXPECT_TRUE(values.empty()) << line;
  }
}

TEST(Pluggable, FailsWhereTheTransportDoes) {
  for (const std::string_view line : {"ENV-ERROR no", "CMETHOD-ERROR obfs4 no", "SMETHOD-ERROR obfs4 no",
                                      "VERSION-ERROR no-version", "CMETHOD obfs4 socks4 127.0.0.1:1",
                                      "CMETHOD obfs4 socks5 nowhere", "SMETHOD obfs4 127.0.0.1:1 ARGS:a"}) {
    Placeholders values;
    EXPECT_FALSE(take_method(line, "obfs4", values)) << line;
  }
}

}  // namespace
}  // namespace rozaneh::lab
