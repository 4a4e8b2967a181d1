#include "lab/recognise/http.h"

#include "lab/splits.h"

namespace rozaneh::lab {
namespace {

Looks looks(std::string_view text) { return settled(looks_like_http, bytes_of(text)); }

TEST(Http, IsKnownByAMethodAndASpace) {
  for (const std::string_view method :
       {"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "PRI", "PROPFIND"}) {
    EXPECT_EQ(looks(std::string(method) + " "), Looks::yes) << method;
    EXPECT_EQ(looks(method), Looks::more) << method;
    EXPECT_EQ(looks(std::string(method) + "\t"), Looks::no) << method;
  }
  EXPECT_EQ(looks(""), Looks::more);
  EXPECT_EQ(looks("get / HTTP/1.1\r\n"), Looks::no);
  EXPECT_EQ(looks("GETS / HTTP/1.1\r\n"), Looks::no);
  EXPECT_EQ(looks("SSH-2.0-x\r\n"), Looks::no);
}

TEST(Http, PassesOverTwoEmptyLinesAndNotThree) {
  EXPECT_EQ(looks("\r\nGET / HTTP/1.1\r\n"), Looks::yes);
  EXPECT_EQ(looks("\r\n\r\nGET / HTTP/1.1\r\n"), Looks::yes);
  EXPECT_EQ(looks("\n\nGET / HTTP/1.1\r\n"), Looks::yes);
  EXPECT_EQ(looks("\r\n\r\n\r\nGET / HTTP/1.1\r\n"), Looks::no);
}

std::optional<std::string> name(std::string_view text) {
  const auto request = parse_http_request(bytes_of(text));
  return request ? request->name() : std::nullopt;
}

TEST(Http, ReadsMethodTargetAndHost) {
  const std::string_view text = "POST /a?b=c HTTP/1.1\r\nAccept: */*\r\nHost: example.org:8080\r\n\r\nbody";
  const auto request = parse_http_request(bytes_of(text));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->method, "POST");
  EXPECT_EQ(request->target, "/a?b=c");
  EXPECT_EQ(request->version, "HTTP/1.1");
  EXPECT_EQ(request->host, "example.org:8080");
  EXPECT_EQ(request->name(), "example.org");
  EXPECT_TRUE(request->complete);
}

TEST(Http, FindsHostHoweverItIsWritten) {
  EXPECT_EQ(name("GET / HTTP/1.1\r\nHOST:example.org\r\n\r\n"), "example.org");
  EXPECT_EQ(name("GET / HTTP/1.1\r\nhost: \t example.org \t\r\n\r\n"), "example.org");
  EXPECT_EQ(name("GET / HTTP/1.1\nHost: example.org\n\n"), "example.org");
  EXPECT_EQ(name("GET / HTTP/1.1\r\nHost : example.org\r\n\r\n"), "example.org");
  EXPECT_EQ(name("GET / HTTP/1.1\r\nHost:\r\n example.org\r\n\r\n"), "example.org");
  EXPECT_EQ(name("GET / HTTP/1.1\r\nX: a\r\n\tHost: wrong\r\nHost: right\r\n\r\n"), "right");
  EXPECT_EQ(name("GET / HTTP/1.1\r\nHost: first\r\nHost: second\r\n\r\n"), "first");
  EXPECT_EQ(name("GET / HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n\r\n"), "[2001:db8::1]");
  EXPECT_EQ(name("GET / HTTP/1.1\r\nXHost: example.org\r\n\r\n"), std::nullopt);
  EXPECT_EQ(name("GET / HTTP/1.1\r\n\r\nHost: example.org\r\n"), std::nullopt);
}

TEST(Http, TakesTheNameOfATargetInAbsoluteFormAndOfConnect) {
  EXPECT_EQ(name("GET http://user@a.example:80/path HTTP/1.1\r\nHost: b.example\r\n\r\n"), "a.example");
  EXPECT_EQ(name("CONNECT a.example:443 HTTP/1.1\r\n\r\n"), "a.example");
  EXPECT_EQ(name("GET /?u=http://a.example HTTP/1.1\r\nHost: b.example\r\n\r\n"), "b.example");
}

TEST(Http, WaitsForTheLineAfterHost) {
  const std::string text = "GET / HTTP/1.1\r\nHost: example.org\r\n\r\n";
  std::optional<std::string> host;
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const auto request = parse_http_request(bytes_of(text).first(size));
    EXPECT_EQ(request.has_value(), size >= 16) << size;
    if (!request) continue;
    EXPECT_EQ(request->host.has_value(), size >= 36) << size;
    EXPECT_EQ(request->complete, size == text.size());
  }
}

TEST(Http, LooksAtEightKibibytes) {
  const auto with_padding = [](std::size_t size) {
    return "GET / HTTP/1.1\r\nX: " + std::string(size, 'x') + "\r\nHost: example.org\r\n\r\n";
  };
  const std::size_t rest = with_padding(0).size();
  EXPECT_EQ(name(with_padding(8192 - rest)), "example.org");
  EXPECT_EQ(name(with_padding(8192 - rest + 2)), std::nullopt);
}

TEST(HttpResponse, IsKnownByItsStatus) {
  EXPECT_EQ(settled(looks_like_http_response, bytes_of("HTTP/1.1 403 Forbidden\r\n")), Looks::yes);
  EXPECT_EQ(settled(looks_like_http_response, bytes_of("HTTP/1.1 40x")), Looks::no);
  EXPECT_EQ(settled(looks_like_http_response, bytes_of("HTTP/1.1 40")), Looks::more);
  EXPECT_EQ(http_status(bytes_of("HTTP/1.0 301 x")), 301U);
  EXPECT_EQ(http_status(bytes_of("HTTP/1.0 30")), std::nullopt);
}

}  // namespace
}  // namespace rozaneh::lab
