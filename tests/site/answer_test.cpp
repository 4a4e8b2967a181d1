// What the site answers, compared with what nginx 1.22.1 was seen to answer.
#include <gtest/gtest.h>

#include "site/body.h"
#include "site/conditions.h"
#include "site/date.h"
#include "site/head_text.h"
#include "site/pages.h"
#include "site/ranges.h"
#include "site/static_site.h"
#include "site/types.h"

namespace rozaneh::site {
namespace {

constexpr std::time_t kInstalled = 1'700'000'000;

Request get(std::string path, std::vector<Field> fields = {}) {
  Request request;
  request.method = "GET";
  request.target = request.path = std::move(path);
  request.host = "site.test";
  request.version = Version::http11;
  request.fields = std::move(fields);
  return request;
}

Answer answer(const Request& request) {
  static const auto shelf = default_shelf(kInstalled);
  Answer result = answer_from_shelf(request, *shelf);
  filter(request, result, 7);
  return result;
}

std::string body_of(Answer& answer) {
  Body body(answer);
  Buffer all;
  Buffer part(1000);
  while (const std::size_t count = body.read(part)) append(all, Bytes(part).first(count));
  EXPECT_TRUE(body.done());
  return std::string(text_of(all));
}

TEST(Answer, TheFrontPageIsDebians) {
  const Request request = get("/");
  Answer page = answer(request);
  EXPECT_EQ(
      head_text(request, page, {kInstalled, true, true, {IpAddress(), 443}}),
      "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Tue, 14 Nov 2023 22:13:20 GMT\r\n"
      "Content-Type: text/html\r\nContent-Length: 615\r\nLast-Modified: Tue, 14 Nov 2023 22:13:20 GMT\r\n"
      "Connection: keep-alive\r\nETag: \"6553f100-267\"\r\nAccept-Ranges: bytes\r\n\r\n");
  const std::string body = body_of(page);
  EXPECT_EQ(body.size(), 615U);
  EXPECT_TRUE(body.starts_with("<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>"));
}

TEST(Answer, ErrorPagesAreNginxs) {
  Answer page = answer(get("/absent"));
  EXPECT_EQ(page.status, 404U);
  EXPECT_EQ(body_of(page),
            "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n"
            "<center><h1>404 Not "
            "Found</h1></center>\r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n");
  EXPECT_EQ(error_page(404, true).size(), error_page(404, false).size() + 6 * 67);
  EXPECT_EQ(error_page(301, true), error_page(301, false));
  EXPECT_NE(error_page(kPlainOnTls, false).find("The plain HTTP request was sent to HTTPS port"),
            std::string::npos);
}

TEST(Answer, CompressionMakesAnETagWeakAndTheLengthUnknown) {
  const Request request = get("/", {{"Accept-Encoding", "gzip"}});
  Answer page = answer(request);
  EXPECT_FALSE(page.length);
  EXPECT_EQ(page.find("ETag")->value, "W/\"6553f100-267\"");
  EXPECT_TRUE(is_chunked(request, page));
  EXPECT_EQ(body_of(page).size(), 397U);  // as with nginx, which tells zlib how little there is
}

TEST(Answer, ARangeOfAllThatThereIs) {
  Answer part = answer(get("/", {{"Range", "bytes=0-8,-7"}}));
  EXPECT_EQ(part.status, 206U);
  const std::string body = body_of(part);
  EXPECT_EQ(part.length, body.size());
  EXPECT_TRUE(
      body.starts_with("\r\n--00000000000000000007\r\nContent-Type: text/html\r\n"
                       "Content-Range: bytes 0-8/615\r\n\r\n<!DOCTYPE\r\n--"));
  EXPECT_TRUE(body.ends_with("</html>\r\n\r\n--00000000000000000007--\r\n") ||
              body.ends_with("html>\n\r\n--00000000000000000007--\r\n"));
}

TEST(Ranges, AreReadAsNginxReadsThem) {
  using List = std::vector<std::pair<std::uint64_t, std::uint64_t>>;
  const struct {
    std::string_view field;
    std::optional<List> expected;
  } cases[] = {
      {"bytes=0-9", List{{0, 10}}},
      {"bytes= 5 - 6 , -1", List{{5, 7}, {99, 100}}},
      {"bytes=90-", List{{90, 100}}},
      {"bytes=90-1000", List{{90, 100}}},
      {"bytes=-500", List{{0, 100}}},
      {"bytes=100-", List{}},
      {"bytes=x", List{}},
      {"bytes=5", List{}},
      {"bytes=9-5", List{}},
      {"bytes=0-99,0-99", std::nullopt},
      {"bytes=-0", List{}},
      {"bytes=99999999999999999999-", List{}},
  };
  for (const auto& probe : cases) {
    const auto ranges = parse_ranges(probe.field, 100);
    ASSERT_EQ(ranges.has_value(), probe.expected.has_value()) << probe.field;
    if (!ranges) continue;
    List got;
    for (const Range& range : *ranges) got.emplace_back(range.from, range.to);
    EXPECT_EQ(got, *probe.expected) << probe.field;
  }
}

TEST(Conditions, AreJudgedInNginxsOrder) {
  const std::string date = http_date(kInstalled);
  const std::string_view etag = "\"abc\"";
  const auto verdict = [&](std::vector<Field> fields) {
    return judge(get("/", std::move(fields)), etag, kInstalled);
  };
  EXPECT_EQ(verdict({}), Verdict::serve);
  EXPECT_EQ(verdict({{"If-Modified-Since", date}}), Verdict::not_modified);
  EXPECT_EQ(verdict({{"If-Modified-Since", http_date(kInstalled + 1)}}), Verdict::serve);
  EXPECT_EQ(verdict({{"If-Modified-Since", date}, {"If-None-Match", "\"x\""}}), Verdict::serve);
  EXPECT_EQ(verdict({{"If-None-Match", "\"x\", W/\"abc\""}}), Verdict::not_modified);
  EXPECT_EQ(verdict({{"If-Match", "W/\"abc\""}}), Verdict::failed);
  EXPECT_EQ(verdict({{"If-Unmodified-Since", http_date(kInstalled - 1)}}), Verdict::failed);
  EXPECT_EQ(verdict({{"If-Unmodified-Since", "never"}}), Verdict::failed);
}

TEST(Conditions, GzipIsTakenWhereItIsWanted) {
  for (const std::string_view yes :
       {"gzip", "gzip, br", "br, GZIP", "gzip;q=0.001", "deflate,gzip ; q=1.000"})
    EXPECT_TRUE(takes_gzip(get("/", {{"Accept-Encoding", std::string(yes)}}))) << yes;
  for (const std::string_view no :
       {"", "br", "xgzip", "gzip;q=0", "gzip;q=0.000", "gzip;q=2", "gzip;r=1", "gzipx"})
    EXPECT_FALSE(takes_gzip(get("/", {{"Accept-Encoding", std::string(no)}}))) << no;
}

TEST(Dates, AreReadInThreeForms) {
  EXPECT_EQ(http_date(784'111'777), "Sun, 06 Nov 1994 08:49:37 GMT");
  for (const std::string_view text :
       {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"})
    EXPECT_EQ(parse_http_date(text), 784'111'777) << text;
  for (const std::string_view bad : {"", "yesterday", "Sun, 06 Nov", "Sun, 31 Feb 1994 08:49:37 GMT",
                                     "Sun, 06 Xyz 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT"})
    EXPECT_FALSE(parse_http_date(bad)) << bad;
}

TEST(Types, AreThoseOfDebian) {
  EXPECT_EQ(type_of("html"), "text/html");
  EXPECT_EQ(type_of("woff2"), "font/woff2");
  EXPECT_EQ(type_of("js"), "application/javascript");
  EXPECT_EQ(type_of("unknown"), "application/octet-stream");
}

}  // namespace
}  // namespace rozaneh::site
