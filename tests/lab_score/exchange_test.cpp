#include "lab/score/exchange.h"

#include <gtest/gtest.h>

#include "crypto/random.h"
#include "io/error.h"
#include "lab/far/numbered.h"
#include "lab/recognise/dns.h"

namespace rozaneh::lab {
namespace {

// Answers what is written with what a function makes of it, cut into pieces.
class Peer final : public Connection {
 public:
  using Answer = std::function<Buffer(Bytes written)>;
  explicit Peer(Answer answer, std::size_t piece = 1000) : answer_(std::move(answer)), piece_(piece) {}

  Result<std::size_t> read(MutableBytes into) override {
    const std::size_t count = std::min({piece_, waiting_.size(), into.size()});
    copy(into, Bytes(waiting_).first(count));
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
    return count;
  }
  Result<> write(Bytes bytes) override {
    append(said_, bytes);
    append(waiting_, answer_(bytes));
    return {};
  }
  [[nodiscard]] std::string_view said() const { return text_of(said_); }

 private:
  Answer answer_;
  std::size_t piece_;
  Buffer said_, waiting_;
};

Buffer page(std::string_view head, std::size_t size) {
  Buffer body(size);
  fill_numbered(body, 0);
  return concat(bytes_of(head), body);
}

const OnBytes kIgnored = [](std::size_t) {};

Result<> fetched(const Buffer& answer, std::size_t piece = 1000) {
  Peer peer([&](Bytes) { return answer; }, piece);
  return exchange_http(peer, *Place::parse("http://a.example/bytes/5000"), kIgnored);
}

TEST(HttpExchange, ReadsAllHoweverItIsCut) {
  const Buffer answer = page("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", 5000);
  for (const std::size_t piece : {1U, 7U, 1000U, 60'000U}) EXPECT_TRUE(fetched(answer, piece)) << piece;
}

TEST(HttpExchange, AsksAsABrowserAndCountsWhatComes) {
  Peer peer([](Bytes) { return page("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", 5000); });
  std::size_t count = 0;
  ASSERT_TRUE(exchange_http(peer, *Place::parse("https://a.example:81/bytes/5000"),
                            [&](std::size_t n) { count += n; }));
  EXPECT_TRUE(peer.said().starts_with("GET /bytes/5000 HTTP/1.1\r\nHost: a.example\r\n")) << peer.said();
  EXPECT_GE(count, 5000U);
}

TEST(HttpExchange, KnowsAnAnswerOfSomebodyElse) {
  struct Case {
    Buffer answer;
    std::string_view says;
  };
  const std::vector<Case> cases = {
      {page("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", 0), "403"},
      {page("HTTP/1.1 200 OK\r\n\r\n", 0), "without a length"},
      {page("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n", 12), "12 bytes in place of 5000"},
      {concat(bytes_of("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"), Buffer(5000, 'x')), "other bytes"},
      {page("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", 5001), "more bytes"},
  };
  for (const Case& each : cases) {
    const auto done = fetched(each.answer, 60'000);
    ASSERT_FALSE(done) << each.says;
    EXPECT_TRUE(done.error().message().contains(each.says)) << done.error().message();
  }
}

TEST(HttpExchange, NoticesAnEarlyEnd) {
  for (const std::size_t size : {0U, 4999U}) {
    const auto done = fetched(page("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", size));
    ASSERT_FALSE(done);
    EXPECT_TRUE(done.error().is(io::IoError::ended_early));
  }
  EXPECT_TRUE(fetched(Buffer()).error().is(io::IoError::ended_early));
}

TEST(DnsExchange, BelievesTheFirstAnswerToItsQuestion) {
  crypto::SystemRandom random;
  const IpAddress right = *IpAddress::parse("198.51.100.10");
  const auto ask = [&](const char* address, unsigned rcode = 0) {
    Peer peer([&](Bytes query) {
      EXPECT_TRUE(is_dns_query(query));
      EXPECT_EQ(parse_dns(query)->questions.front().name, "www.a.example");
      DnsForgery forgery;
      if (rcode == 0) forgery.addresses = {*IpAddress::parse(address)};
      forgery.rcode = rcode;
      return *forge_dns_answer(query, forgery);
    });
    return exchange_dns(peer, "www.a.example", right, random, kIgnored);
  };
  EXPECT_TRUE(ask("198.51.100.10"));
  EXPECT_TRUE(ask("127.0.0.1").error().message().contains("127.0.0.1"));
  EXPECT_TRUE(ask("", 3).error().message().contains("no such name"));
}

TEST(RawExchange, WantsBackWhatItSentPieceByPiece) {
  crypto::SystemRandom random;
  const std::vector<std::string> sends = {"0102", "random 3000"};
  const auto with = [&](const Peer::Answer& answer) {
    Peer peer(answer);
    return exchange_raw(peer, sends, random, kIgnored);
  };
  EXPECT_TRUE(with([](Bytes sent) { return Buffer(sent.begin(), sent.end()); }));
  EXPECT_TRUE(with([](Bytes) { return Buffer(); }).error().is(io::IoError::ended_early));
  EXPECT_TRUE(with([](Bytes) { return Buffer(2, 9); }).error().is(ExchangeError::answer));
  EXPECT_TRUE(with([](Bytes sent) { return Buffer(sent.size() + 1, 1); }).error().is(ExchangeError::answer));
}

}  // namespace
}  // namespace rozaneh::lab
