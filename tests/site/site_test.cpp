// Whole connections in memory.
#include "site/site.h"

#include <unistd.h>

#include <fstream>

#include "io/memory_stream.h"
#include "io/run.h"

namespace rozaneh::site {
namespace {

using io::Task;

std::unique_ptr<Site> default_site(Upgrade* upgrade = nullptr, Limits limits = {}) {
  Settings settings;
  settings.installed = 1'700'000'000;
  settings.now = [] { return std::time_t{1'700'000'001}; };
  settings.limits = limits;
  auto site = Site::make(std::move(settings), upgrade);
  return std::move(*site);
}

Task<> say(io::Stream& stream, std::string text, bool finishes) {
  const auto written = co_await stream.write(bytes_of(text));
  EXPECT_TRUE(written);
  if (finishes) co_await stream.finish();
}

Task<> hear(io::Stream& stream, std::string& heard) {
  for (;;) {
    const auto chunk = co_await stream.read();
    if (!chunk || chunk->empty()) co_return;
    heard += text_of(chunk->bytes());
  }
}

// What the site answers to `text`, up to the end of the connection; `split`: the most bytes a read.
std::string converse(const Site& site, const std::string& text, std::size_t split = io::BufferPool::kRead,
                     bool finishes = true, std::string early = {}) {
  io::TestLoop test;
  auto [client, server] = io::memory_streams(test.loop, {.read_limit = split});
  std::string heard;
  test.spawn(site.serve(test.loop, std::move(server), Buffer(early.begin(), early.end()),
                        {.tls = false, .local = {IpAddress(), 80}}));
  test.spawn(say(*client, text, finishes));
  test.spawn(hear(*client, heard));
  test.run();
  EXPECT_EQ(test.loop.pool().lent(), 0U);
  return heard;
}

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view kLastGet = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

TEST(Site, AnswersAlikeHoweverRequestsAreCut) {
  const auto site = default_site();
  const std::string three = std::string(kGet) +
                            "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" +
                            "GET /absent HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  const std::string whole = converse(*site, three);
  EXPECT_EQ(count(whole, "HTTP/1.1 "), 3U);
  EXPECT_EQ(whole, converse(*site, three, 1));
  EXPECT_EQ(whole, converse(*site, three, 17));
  EXPECT_EQ(whole, converse(*site, three.substr(10), 17, true, three.substr(0, 10)));
}

TEST(Site, ClosesAfterTheLastOfItsRequests) {
  Limits limits;
  limits.requests = 2;
  const auto site = default_site(nullptr, limits);
  const std::string heard = converse(*site, std::string(kGet) + std::string(kGet) + std::string(kGet));
  EXPECT_EQ(count(heard, "HTTP/1.1 200"), 2U);
  EXPECT_EQ(count(heard, "Connection: close"), 1U);
}

TEST(Site, EndsSilentClientsAndHalfRequestsWithoutAWord) {
  Limits limits;
  limits.header = limits.keep_alive = std::chrono::milliseconds(20);
  const auto site = default_site(nullptr, limits);
  EXPECT_EQ(converse(*site, "", 100, false), "");
  EXPECT_EQ(converse(*site, "GET / HT", 100, false), "");
  EXPECT_EQ(count(converse(*site, std::string(kGet), 100, false), "HTTP/1.1 200"), 1U);
}

// Answers with what it was given, and keeps what it saw.
class Echo final : public Upgrade {
 public:
  [[nodiscard]] bool wants(const Request& request) const override { return request.path == "/secret"; }
  Task<> take(io::Loop& /*loop*/, Request request, io::StreamPtr stream, Buffer early) override {
    path = request.path;
    const auto written = co_await stream->write(early);
    EXPECT_TRUE(written);
    co_await stream->finish();
  }
  std::string path;
};

TEST(Site, HandsAnUpgradeTheStreamWithItsEarlyBytes) {
  Echo echo;
  const auto site = default_site(&echo);
  EXPECT_EQ(converse(*site, "GET /secret HTTP/1.1\r\nHost: a\r\n\r\nearly"), "early");
  EXPECT_EQ(echo.path, "/secret");
  EXPECT_EQ(count(converse(*site, std::string(kLastGet)), "HTTP/1.1 200"), 1U);
}

TEST(Site, FailsWithoutItsFolder) {
  Settings settings;
  settings.folder = "/nonexistent";
  EXPECT_FALSE(Site::make(std::move(settings)));
}

}  // namespace
}  // namespace rozaneh::site
