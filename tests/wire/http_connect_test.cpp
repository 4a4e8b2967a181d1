#include "wire/exchange.h"
#include "wire/http_connect_client.h"
#include "wire/http_connect_server.h"
#include "wire/http_head.h"

namespace rozaneh {
namespace {

HttpConnectServer server() { return {}; }
HttpConnectClient client() { return HttpConnectClient(*Target::parse("example.org:443")); }

std::string text_from_hex(const std::string& digits) { return std::string(text_of(*decode_hex(digits))); }

TEST(HttpConnectServer, TakesNamesAndAddresses) {
  for (const std::string target : {"example.org:443", "192.0.2.1:80", "[2001:db8::1]:443"}) {
    const auto input =
        "CONNECT " + target + " HTTP/1.1\r\nHost: x\r\nProxy-Connection:  keep-alive\t\r\n\r\n";
    HttpConnectServer parser;
    testing::Exchange(parser).run(bytes_of(input), 9);
    EXPECT_EQ(parser.request().target.to_string(), target);
    testing::expect_complete_only_as_a_whole(server, bytes_of(input));
  }
  testing::expect_complete_only_as_a_whole(server, bytes_of("CONNECT a:1 HTTP/1.0\r\n\r\n"));
}

TEST(HttpConnectServer, LeavesWhatFollowsTheHead) {
  EXPECT_EQ(testing::run_whole(server, bytes_of("CONNECT a:1 HTTP/1.1\r\n\r\n\x16\x03\x01")).consumed, 24U);
}

TEST(HttpConnectServer, AnswersBeforeItFails) {
  const std::pair<const char*, const char*> kCases[] = {
      {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "405"},
      {"GET http://a/ HTTP/1.1\r\n\r\n", "405"},
      {"connect a:1 HTTP/1.1\r\n\r\n", "405"},
      {"CONNECT a HTTP/1.1\r\n\r\n", "400"},
      {"CONNECT a:70000 HTTP/1.1\r\n\r\n", "400"},
      {"CONNECT http://a:1 HTTP/1.1\r\n\r\n", "400"},
      {"CONNECT a:1 HTTP/2.0\r\n\r\n", "400"},
      {"CONNECT a:1  HTTP/1.1\r\n\r\n", "400"},
      {"CONNECT a:1\r\n\r\n", "400"},
      {"CONNECT a:1 HTTP/1.1\r\nno colon\r\n\r\n", "400"},
      {"CONNECT a:1 HTTP/1.1\r\n folded: line\r\n\r\n", "400"},
      {"CONNECT a:1 HTTP/1.1\r\nname : space\r\n\r\n", "400"},
      {"CONNECT a:1 HTTP/1.1\r\n: no name\r\n\r\n", "400"},
      {"CONNECT a:1 HTTP/1.1\nHost: a\r\n\r\n", "400"},
      {"CONNECT a:1 HTTP/1.1\r\nA: b\nC: d\r\n\r\n", "400"},
      {"CONNECT a\x01", "400"},
      {"CONNECT a:1 HTTP/1.1\r\nA: b\x7f", "400"},
      {"\r\n\r\n", "400"},
  };
  for (const auto& [input, status] : kCases) {
    const auto ending = testing::run_whole(server, bytes_of(input));
    EXPECT_TRUE(text_from_hex(ending.sent).starts_with(std::string("HTTP/1.1 ") + status)) << input;
    EXPECT_FALSE(ending.done);
    EXPECT_NE(ending.failure, "");
    testing::expect_same_for_every_split(server, bytes_of(input));
  }
}

TEST(HttpConnectServer, HoldsNoMoreThanEightKilobytes) {
  const std::string start = "CONNECT a:1 HTTP/1.1\r\nA: ";
  const auto head = [&](std::size_t size) {
    return start + std::string(size - start.size() - 4, 'a') + "\r\n\r\n";
  };
  EXPECT_TRUE(testing::run_whole(server, bytes_of(head(kMaxHttpHead))).done);
  for (const auto& input : {head(kMaxHttpHead + 1), std::string(100'000, 'A')}) {
    const auto ending = testing::run_whole(server, bytes_of(input));
    EXPECT_TRUE(text_from_hex(ending.sent).starts_with("HTTP/1.1 431")) << ending.failure;
    HttpConnectServer slow;
    EXPECT_LE(testing::Exchange(slow).run(bytes_of(input), 100).most_held, kMaxHttpHead + 100);
  }
}

TEST(HttpConnectServer, RepliesByOutcome) {
  const std::pair<SocksReply, const char*> kCases[] = {
      {SocksReply::succeeded, "HTTP/1.1 200 "},       {SocksReply::not_allowed, "HTTP/1.1 403 "},
      {SocksReply::timed_out, "HTTP/1.1 504 "},       {SocksReply::connection_refused, "HTTP/1.1 502 "},
      {SocksReply::general_failure, "HTTP/1.1 502 "},
  };
  for (const auto& [outcome, start] : kCases) {
    const auto reply = server().reply(outcome);
    const auto head = parse_http_head(reply);
    ASSERT_TRUE(head && *head);
    EXPECT_TRUE(text_of(reply).starts_with(start));
    if (outcome != SocksReply::succeeded) {
      EXPECT_EQ(std::to_string(reply.size() - (*head)->size), (*head)->get("content-length"));
    }
  }
}

TEST(HttpConnectClient, AsksWithAndWithoutCredentials) {
  EXPECT_EQ(text_from_hex(testing::run_whole(client, {}).sent),
            "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n");
  const auto with = [] {
    return HttpConnectClient(*Target::parse("[::1]:1"), Credentials{"Aladdin", "open sesame"});
  };
  EXPECT_EQ(text_from_hex(testing::run_whole(with, {}).sent),  // RFC 7617 section 2
            "CONNECT [::1]:1 HTTP/1.1\r\nHost: [::1]:1\r\n"
            "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n");
}

TEST(HttpConnectClient, TakesEverySuccess) {
  for (const auto* input : {"HTTP/1.1 200 Connection established\r\n\r\n", "HTTP/1.0 200\r\nA: b\r\n\r\n",
                            "HTTP/1.1 204 \r\nContent-Length: 5\r\n\r\n"})
    testing::expect_complete_only_as_a_whole(client, bytes_of(input));
  EXPECT_EQ(testing::run_whole(client, bytes_of("HTTP/1.1 200 OK\r\n\r\nSSH-2.0")).consumed, 19U);
}

TEST(HttpConnectClient, SaysWhatTheProxyAnswered) {
  const std::pair<const char*, const char*> kCases[] = {
      {"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
       "http: the proxy asks for another user name or password"},
      {"HTTP/1.1 503 No\r\n\r\n", "http: the proxy refused the request (status 503)"},
      {"HTTP/1.1 100 Continue\r\n\r\n", "http: the proxy refused the request (status 100)"},
      {"HTTP/1.1 2000 OK\r\n\r\n", "http: this is not HTTP/1.x"},
      {"SSH-2.0-OpenSSH\r\n\r\n", "http: this is not HTTP/1.x"},
      {"\x05", "http: this is not HTTP/1.x"},
  };
  for (const auto& [input, failure] : kCases) {
    EXPECT_EQ(testing::run_whole(client, bytes_of(input)).failure, failure);
    testing::expect_same_for_every_split(client, bytes_of(input));
  }
}

TEST(HttpConnectClient, RefusesAUserNameWithAColon) {
  HttpConnectClient asking(*Target::parse("a:1"), Credentials{"a:b", "c"});
  EXPECT_TRUE(asking.step({}).error().is(HttpError::credentials));
}

}  // namespace
}  // namespace rozaneh
