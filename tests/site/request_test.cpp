// Requests of HTTP/1 by nginx's rules.
#include <gtest/gtest.h>

#include "site/head_reader.h"
#include "site/request_body.h"
#include "site/uri.h"

namespace rozaneh::site {
namespace {

struct Read {
  HeadReader::State state = HeadReader::State::reading;
  unsigned refusal = 0;
  std::size_t used = 0;
  Request request;
};

Read read_head(std::string_view text, std::size_t step = std::string_view::npos) {
  HeadReader reader;
  std::size_t used = 0;
  while (used < text.size() && reader.state() == HeadReader::State::reading) {
    const auto part = text.substr(used, step);
    const std::size_t taken = reader.feed(bytes_of(part));
    used += taken;
    if (taken < part.size()) break;
  }
  return {reader.state(), reader.refusal(), used, reader.take()};
}

TEST(Head, IsReadAlikeHoweverItIsCut) {
  const std::string text =
      "\r\nPOST /a%20b/../c?d=e HTTP/1.1\r\nHost: Example.ORG:81\r\nConnection: keep-alive\r\n"
      "Content-Length: 5 \r\n\r\nhello";
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, text.size()}) {
    const Read read = read_head(text, step);
    ASSERT_EQ(read.state, HeadReader::State::done);
    EXPECT_EQ(read.used, text.size() - 5);
    EXPECT_EQ(read.request.method, "POST");
    EXPECT_EQ(read.request.target, "/a%20b/../c?d=e");
    EXPECT_EQ(read.request.path, "/c");
    EXPECT_EQ(read.request.query, "d=e");
    EXPECT_EQ(read.request.host, "example.org");
    EXPECT_EQ(read.request.persistence, Persistence::keep);
    EXPECT_EQ(read.request.content_length, 5U);
  }
}

TEST(Head, IsRefusedAsNginxRefusesIt) {
  const std::string host = "Host: a\r\n";
  const struct {
    std::string text;
    unsigned status;
  } cases[] = {
      {"get", 400},
      {"GET / HTTP/2", 505},
      {"GET / HTTP/0", 400},
      {"GET /\x01", 400},
      {"POST /\r\n", 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a/b\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + host, 400},
      {"GET /%00 HTTP/1.1\r\n", 400},
      {"GET /../x HTTP/1.1\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + "A B: c\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + "Content-Length: 99999999999999999999\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip\r\n\r\n", 501},
      {"GET / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", 400},
      {"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"CONNECT /x HTTP/1.1\r\n" + host + "\r\n", 405},
      {"TRACE / HTTP/1.1\r\n" + host + "\r\n", 405},
      {"GET /" + std::string(8188, 'a'), 414},
      {"GET / HTTP/1.1\r\nA: " + std::string(8189, 'a'), kHeadTooLarge},
  };
  for (const auto& probe : cases) {
    const Read read = read_head(probe.text);
    EXPECT_EQ(read.state, HeadReader::State::refused) << probe.text;
    EXPECT_EQ(read.refusal, probe.status) << probe.text;
  }
}

TEST(Head, FitsIntoOneSmallAndFourLargeBuffersAndNoMore) {
  const auto with_fields = [](unsigned count) {
    std::string text = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (unsigned i = 0; i < count; ++i) text += "A: " + std::string(195, 'a') + "\r\n";
    return text + "\r\n";
  };
  EXPECT_EQ(read_head(with_fields(150)).state, HeadReader::State::done);
  EXPECT_EQ(read_head(with_fields(170)).refusal, kHeadTooLarge);
  EXPECT_EQ(read_head("GET /" + std::string(8000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n").state,
            HeadReader::State::done);
}

TEST(Head, MayBeMissingInVersion09) {
  const Read read = read_head("GET /a\nmore");
  EXPECT_EQ(read.state, HeadReader::State::done);
  EXPECT_EQ(read.request.version, Version::http09);
  EXPECT_EQ(read.used, 7U);
}

TEST(Uri, IsResolvedByNginxsRules) {
  const struct {
    std::string_view target;
    std::string_view path;
    std::string_view query;
  } cases[] = {
      {"/", "/", ""},
      {"/a//b/./c/../d", "/a/b/d", ""},
      {"/a/..", "/", ""},
      {"/a/.", "/a/", ""},
      {"/%61?b=%20#c", "/a", "b=%20"},
      {"/a%2fb", "/a/b", ""},
      {"/a/%2e%2e/b", "/b", ""},
      {"/a%3fb", "/a?b", ""},
      {"/%23", "/#", ""},
      {"/a#b?c", "/a", ""},
      {"?x", "/", "x"},
      {"/...", "/...", ""},
      {"/.../x", "/.../x", ""},
  };
  for (const auto& probe : cases) {
    const auto uri = resolve(probe.target);
    ASSERT_TRUE(uri) << probe.target;
    EXPECT_EQ(uri->path, probe.path) << probe.target;
    EXPECT_EQ(uri->query, probe.query) << probe.target;
  }
  for (const std::string_view bad : {"/..", "/../a", "/a/../..", "/%", "/%4", "/%zz", "/%00"})
    EXPECT_FALSE(resolve(bad)) << bad;
}

TEST(Uri, HostsAreReadAsNginxReadsThem) {
  EXPECT_EQ(host_name("Example.ORG.:80"), "example.org");
  EXPECT_EQ(host_name("[2001:DB8::1]:443"), "[2001:db8::1]");
  for (const std::string_view bad : {"", ":80", "a..b", "a/b", "a b", "."})
    EXPECT_FALSE(host_name(bad)) << bad;
}

TEST(RequestBody, FindsTheEndOfChunksHoweverTheyAreCut) {
  const std::string good = "5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nA: b\r\n\r\nGET";
  Request request;
  request.chunked = true;
  for (const std::size_t step : {std::size_t{1}, std::size_t{4}, good.size()}) {
    RequestBody body(request);
    Buffer kept;
    std::size_t used = 0;
    while (!body.done() && used < good.size())
      used += body.feed(bytes_of(std::string_view(good).substr(used, step)), &kept);
    EXPECT_TRUE(body.done());
    EXPECT_EQ(used, good.size() - 3);
    EXPECT_EQ(text_of(kept), "hello!");
  }
  for (const std::string_view bad : {"x", "\r", "5\rx", "1\r\nab", "ffffffffffffffffff"}) {
    RequestBody body(request);
    body.feed(bytes_of(bad));
    EXPECT_TRUE(body.bad()) << bad;
  }
}

}  // namespace
}  // namespace rozaneh::site
