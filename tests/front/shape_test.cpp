// The shape of relayed connections, judged by the detectors that are published.
#include "front/shape.h"

#include <gtest/gtest.h>

#include <numeric>

#include "io/memory_stream.h"
#include "io/run.h"
#include "lab/recognise/bursts.h"

namespace rozaneh::front {
namespace {

using io::Task;

// What an operator can ask for, and what it comes to.
struct Policy {
  std::string_view name;
  bool merged;
  std::span<const std::size_t> pieces;
  bool page;
  unsigned taken_by_ndpi;     // of 714
  unsigned taken_by_opengfw;  // of 117,040
};

constexpr std::array<Policy, 6> kPolicies = {{{"plain", false, {}, false, 485, 17'490},
                                              {"merged", true, {}, false, 483, 17'490},
                                              {"split", true, kHttp2Pieces, false, 483, 17'300},
                                              {"page", false, {}, true, 0, 0},
                                              {"merged, page", true, {}, true, 0, 0},
                                              {"split, page", true, kHttp2Pieces, true, 0, 0}}};

// The records of an answer: as it comes one for each segment of 1,448 bytes from the server behind.
std::vector<std::uint32_t> records_of(const Policy& policy, std::size_t answer) {
  const PageShape page(policy.pieces.size());
  std::vector<std::uint32_t> records;
  while (answer > 0) {
    std::size_t most = policy.merged ? tls::kMaxPlaintext : 1448;
    if (records.size() < policy.pieces.size()) most = policy.pieces[records.size()];
    const std::size_t content = std::min(answer, most);
    const std::size_t padding = policy.page ? page.padding(records.size(), content) : 0;
    records.push_back(static_cast<std::uint32_t>(content + padding + tls::kRecordOverhead));
    answer -= content;
  }
  return records;
}

std::uint32_t sum(const std::vector<std::uint32_t>& records) {
  return std::accumulate(records.begin(), records.end(), 0U);
}

// As nDPI counts, which takes 24 bytes off for what it holds to be a record.
std::uint32_t less_records(const std::vector<std::uint32_t>& records) {
  const std::uint32_t taken_off = 24 * static_cast<std::uint32_t>(records.size());
  return sum(records) - std::min(sum(records), taken_off);
}

// The second of four bursts, the server's first, is ours to shape.
TEST(RecordShape, OnlyAPageHidesAHandshakeFromNdpisModels) {
  for (const Policy& policy : kPolicies) {
    unsigned taken = 0;
    for (const lab::HandshakeModel& model : lab::kHandshakeModels) {
      lab::BurstSizes bursts{};
      for (std::size_t i = 0; i < bursts.size(); ++i)
        bursts.at(i) = static_cast<std::uint32_t>(model.mean.at(i));
      for (std::uint32_t answer = 100; answer < 12'000; answer += 50) {
        bursts[1] = less_records(records_of(policy, answer));
        taken += lab::is_inner_handshake(bursts, 1) ? 1 : 0;
      }
    }
    EXPECT_EQ(taken, policy.taken_by_ndpi) << policy.name;
  }
}

TEST(RecordShape, OnlyAPageHidesItFromOpenGfwsTree) {
  for (const Policy& policy : kPolicies) {
    unsigned taken = 0;
    for (std::uint32_t answer = 1000; answer < 8000; answer += 250) {
      const std::uint32_t shaped = sum(records_of(policy, answer));
      for (std::uint32_t hello = 200; hello < 2400; hello += 50)
        for (std::uint32_t finished = 50; finished < 1000; finished += 50)
          for (const std::uint32_t rest : {100U, 300U, 600U, 1200U, 2400U})
            taken += lab::is_trojan_sequence({hello, shaped, finished, rest}) ? 1 : 0;
    }
    EXPECT_EQ(taken, policy.taken_by_opengfw) << policy.name;
  }
}

TEST(PageShape, FillsOneRecordAndLeavesTheOthers) {
  const PageShape page;
  EXPECT_EQ(page.padding(0, 1), tls::kMaxPlaintext - 1);
  EXPECT_EQ(page.padding(0, tls::kMaxPlaintext), 0U);
  EXPECT_EQ(page.padding(1, 1), 0U);
  const PageShape behind(2);
  EXPECT_EQ(behind.padding(1, 9), 0U);
  EXPECT_EQ(behind.padding(2, 1000), tls::kMaxPlaintext - 1000);
}

// What came of a stream, read by read, until its end.
struct Heard {
  Buffer bytes;
  std::vector<std::size_t> sizes;
  bool failed = false;
};

Task<> hear(io::Stream& stream, Heard& heard) {
  for (;;) {
    const auto chunk = co_await stream.read();
    heard.failed = !chunk;
    if (!chunk || chunk->empty()) co_return;
    append(heard.bytes, chunk->bytes());
    heard.sizes.push_back(chunk->size());
  }
}

Buffer numbered(std::size_t count) {
  Buffer bytes(count);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::uint8_t>(i / 251 + i);
  return bytes;
}

constexpr std::chrono::hours kForever{1};

// A server whose bytes come 1,000 at a time, and what its client is given of them.
struct Setting {
  explicit Setting(FirstAnswer how, std::size_t read_limit = 1000)
      : ends(io::memory_streams(test.loop, {.read_limit = read_limit})),
        server(*ends.second),
        shaped(test.loop, std::move(ends.first), how) {
    test.spawn(hear(shaped, heard));
  }

  Task<> say(std::size_t count) {
    (void)co_await server.write(Bytes(said).first(count));
    (void)co_await server.finish();
  }
  Task<> say_half_and_wait(std::size_t count) {
    (void)co_await server.write(Bytes(said).first(count / 2));
    while (heard.bytes.empty()) co_await test.loop.sleep(std::chrono::milliseconds(1));
    (void)co_await server.write(Bytes(said).subspan(count / 2, count - count / 2));
    (void)co_await server.finish();
  }
  Task<> say_and_hang_up(std::size_t count) {
    (void)co_await server.write(Bytes(said).first(count));
    while (test.loop.pool().lent() == 0) co_await test.loop.sleep(std::chrono::milliseconds(1));
    server.abort();
  }

  io::TestLoop test;
  Buffer said = numbered(50'000);
  std::pair<io::StreamPtr, io::StreamPtr> ends;
  io::Stream& server;
  FirstAnswerStream shaped;
  Heard heard;
};

using Sizes = std::vector<std::size_t>;

TEST(FirstAnswer, LeavesAtOnceHoweverItCame) {
  Setting setting({.hold = kForever});
  setting.test.spawn(setting.say(4500));
  setting.test.run();
  EXPECT_EQ(setting.heard.sizes, Sizes({4500}));
  EXPECT_EQ(setting.heard.bytes, Buffer(setting.said.begin(), setting.said.begin() + 4500));
}

TEST(FirstAnswer, IsCutWhereTheServerDidNot) {
  for (const std::size_t count : {30U, 45U, 4500U}) {
    Setting setting({.hold = kForever, .pieces = kHttp2Pieces});
    setting.test.spawn(setting.say(count));
    setting.test.run();
    const Sizes all = count == 30 ? Sizes{30} : count == 45 ? Sizes{40, 5} : Sizes{40, 9, 4451};
    EXPECT_EQ(setting.heard.sizes, all);
    EXPECT_TRUE(std::ranges::equal(setting.heard.bytes, Bytes(setting.said).first(count)));
  }
}

TEST(FirstAnswer, IsNotHeldOnceItFillsARecord) {
  Setting setting({.hold = kForever}, 10'000);
  setting.test.spawn(setting.say(50'000));
  setting.test.run();
  EXPECT_EQ(setting.heard.sizes, Sizes({20'000, 10'000, 10'000, 10'000}));
  EXPECT_EQ(setting.heard.bytes, setting.said);
}

TEST(FirstAnswer, IsHeldForAWhileOnly) {
  for (const bool cut : {false, true}) {
    FirstAnswer how{.hold = std::chrono::milliseconds(1)};
    if (cut) how.pieces = kHttp2Pieces;
    Setting setting(how);
    setting.test.spawn(setting.say_half_and_wait(10'000));
    setting.test.run();
    EXPECT_TRUE(std::ranges::equal(setting.heard.bytes, Bytes(setting.said).first(10'000)));
  }
}

TEST(FirstAnswer, GoesBeforeTheServersFailure) {
  Setting setting({.hold = kForever});
  setting.test.spawn(setting.say_and_hang_up(500));
  setting.test.run();
  EXPECT_EQ(setting.heard.sizes, Sizes({500}));
  EXPECT_TRUE(setting.heard.failed);
}

}  // namespace
}  // namespace rozaneh::front
