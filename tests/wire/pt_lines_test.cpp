#include "wire/pt_lines.h"

#include <gtest/gtest.h>

namespace rozaneh::pt {
namespace {

const Endpoint kV4 = *Endpoint::parse("127.0.0.1:9050");
const Endpoint kV6 = *Endpoint::parse("[::1]:9050");

TEST(PtLines, SayWhatTheProtocolSays) {
  EXPECT_EQ(version(), "VERSION 1\n");
  EXPECT_EQ(version_error(), "VERSION-ERROR no-version\n");
  EXPECT_EQ(env_error("no TOR_PT_STATE_LOCATION"), "ENV-ERROR no TOR_PT_STATE_LOCATION\n");
  EXPECT_EQ(proxy_done(), "PROXY DONE\n");
  EXPECT_EQ(proxy_error("no"), "PROXY-ERROR no\n");
  EXPECT_EQ(cmethod("obfs4", kV4), "CMETHOD obfs4 socks5 127.0.0.1:9050\n");
  EXPECT_EQ(cmethod("obfs4", kV6), "CMETHOD obfs4 socks5 [::1]:9050\n");
  EXPECT_EQ(cmethod_error("obfs4", "no"), "CMETHOD-ERROR obfs4 no\n");
  EXPECT_EQ(cmethods_done(), "CMETHODS DONE\n");
  EXPECT_EQ(smethod("obfs3", kV6, {}), "SMETHOD obfs3 [::1]:9050 ARGS:\n");
  EXPECT_EQ(smethod("obfs4", kV4, {{"cert", "a="}, {"iat-mode", "0"}}),
            "SMETHOD obfs4 127.0.0.1:9050 ARGS:cert=a\\=,iat-mode=0\n");
  EXPECT_EQ(smethod_error("obfs4", "no"), "SMETHOD-ERROR obfs4 no\n");
  EXPECT_EQ(smethods_done(), "SMETHODS DONE\n");
  EXPECT_EQ(status_version("rozaneh", "1.2.3"), "STATUS TYPE=version VERSION=1.2.3 IMPLEMENTATION=rozaneh\n");
}

TEST(PtLines, NoMessageBreaksItsLine) {
  EXPECT_EQ(env_error("one\nPROXY DONE\r\n"), "ENV-ERROR one PROXY DONE  \n");
  EXPECT_EQ(log(Severity::warning, "one\nCMETHODS DONE"),
            "LOG SEVERITY=warning MESSAGE=\"one\\nCMETHODS DONE\"\n");
}

TEST(PtLines, QuoteWhatIsNotAPlainWord) {
  EXPECT_EQ(quote("plain-word=1"), "plain-word=1");
  EXPECT_EQ(quote(""), "\"\"");
  EXPECT_EQ(quote("two words"), "\"two words\"");
  EXPECT_EQ(quote("a\"b\\c"), "\"a\\\"b\\\\c\"");
  EXPECT_EQ(quote("\t\r\x01\x7f\xd9\x86"), "\"\\t\\r\\001\\177\\331\\206\"");
}

TEST(PtLines, StatusNamesItsTransport) {
  EXPECT_EQ(status("obfs4", {{"CONNECT", "Success"}, {"ADDRESS", "192.0.2.1:1"}, {"NOTE", "a b"}}),
            "STATUS TRANSPORT=obfs4 CONNECT=Success ADDRESS=192.0.2.1:1 NOTE=\"a b\"\n");
  EXPECT_EQ(log(Severity::error, "x"), "LOG SEVERITY=error MESSAGE=x\n");
}

}  // namespace
}  // namespace rozaneh::pt
