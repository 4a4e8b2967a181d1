#include "transport/http/answer_reader.h"

#include <gtest/gtest.h>

#include <string>

#include "transport/http/error.h"
#include "transport/http/request.h"

namespace rozaneh::http {
namespace {

struct Read {
  bool failed = false;
  bool done = false;
  bool keeps = false;
  unsigned status = 0;
  std::string content{};
  std::size_t left = 0;

  bool operator==(const Read&) const = default;
};

Read read_in(std::string_view wire, std::size_t piece, bool end) {
  AnswerReader reader;
  Buffer content;
  Buffer input;
  Read read;
  while (!wire.empty() && !read.failed) {
    append(input, bytes_of(wire.substr(0, piece)));
    wire.remove_prefix(std::min(piece, wire.size()));
    const auto used = reader.feed(input, content);
    read.failed = !used;
    if (used) input.erase(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(*used));
  }
  if (end && !read.failed) reader.end();
  read.done = reader.done();
  read.keeps = reader.keeps();
  read.status = reader.status();
  read.content = text_of(content);
  read.left = input.size();
  return read;
}

struct Case {
  std::string_view wire;
  Read expected;
  bool end = false;
};

const Case kCases[] = {
    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
     {.done = true, .keeps = true, .status = 200, .content = "hello"}},
    {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", {.done = true, .keeps = true, .status = 200}},
    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
     {.keeps = true, .status = 200, .content = "hel"},
     true},
    {"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: Close\r\n\r\nhe",
     {.done = true, .status = 200, .content = "he"}},
    {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhe", {.done = true, .status = 200, .content = "he"}},
    {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nhe",
     {.done = true, .keeps = true, .status = 200, .content = "he"}},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x\r\nlo\r\n0\r\n\r\n",
     {.done = true, .keeps = true, .status = 200, .content = "hello"}},
    {"HTTP/1.1 200 OK\r\n\r\nto the end", {.status = 200, .content = "to the end"}},
    {"HTTP/1.1 200 OK\r\n\r\nto the end", {.done = true, .status = 200, .content = "to the end"}, true},
    {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
     {.done = true, .keeps = true, .status = 200, .content = "x"}},
    {"HTTP/1.1 204 No Content\r\n\r\n", {.done = true, .keeps = true, .status = 204}},
    {"HTTP/1.1 404\r\nContent-Length: 1\r\n\r\nx",
     {.done = true, .keeps = true, .status = 404, .content = "x"}},
    {"SSH-2.0-OpenSSH_9.2\r\n\r\n", {.failed = true}},
    {"HTTP/2 200 OK\r\n\r\n", {.failed = true}},
    {"HTTP/1.1 20 OK\r\n\r\n", {.failed = true}},
    {"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", {.failed = true, .status = 200}},
    {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", {.failed = true, .status = 200}},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", {.failed = true, .status = 200}},
};

TEST(AnswerReader, ReadsAnswersHoweverTheyAreCut) {
  for (const Case& each : kCases)
    for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{1000}}) {
      Read read = read_in(each.wire, piece, each.end);
      if (each.expected.failed) read.left = 0;
      EXPECT_EQ(read, each.expected) << each.wire << " in " << piece;
    }
}

TEST(AnswerReader, LeavesWhatIsBehindTheAnswer) {
  const Read read = read_in("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxyz", 1000, false);
  EXPECT_TRUE(read.done);
  EXPECT_EQ(read.content, "x");
  EXPECT_EQ(read.left, 2U);
}

TEST(AnswerReader, EndsAHeadThatIsTooLong) {
  const std::string wire = "HTTP/1.1 200 OK\r\nX: " + std::string(9000, 'x');
  EXPECT_TRUE(read_in(wire, 1000, false).failed);
}

TEST(Request, LooksLikeAScripts) {
  const RequestShape shape{.host = "example.org:8080", .origin = "http://example.org:8080", .path = "/p"};
  Token token;
  token.kind = Kind::up;
  const std::string head = request_head(shape, token, 3);
  EXPECT_TRUE(head.starts_with("POST /p?v=")) << head;
  EXPECT_TRUE(
      head.contains(" HTTP/1.1\r\nHost: example.org:8080\r\nConnection: keep-alive\r\nContent-Length: 3\r\n"))
      << head;
  token.kind = Kind::down;
  const std::string get = request_head(shape, token, 0);
  EXPECT_TRUE(get.starts_with("GET /p?v=")) << get;
  EXPECT_FALSE(get.contains("Content-")) << get;
  EXPECT_FALSE(get.contains("Origin")) << get;
}

TEST(Request, NamesTheWholeUrlToAForwardingProxy) {
  RequestShape shape{.host = "example.org", .origin = "http://example.org", .path = "/p"};
  shape.absolute = true;
  const std::string head = request_head(shape, Token(), 0);
  EXPECT_TRUE(head.starts_with("POST http://example.org/p?v=")) << head;
  EXPECT_TRUE(head.contains("\r\nProxy-Connection: keep-alive\r\n")) << head;
}

TEST(Request, TakesContentTypesOnly) {
  for (const char* good : {"image/png", "application/octet-stream", "image/svg+xml", "video/mp2t"})
    EXPECT_TRUE(is_content_type(good)) << good;
  for (const char* bad : {"", "image", "/", "image/", "/png", "a/b/c", "a/b\r\nX: y", "a b/c"})
    EXPECT_FALSE(is_content_type(bad)) << bad;
}

}  // namespace
}  // namespace rozaneh::http
