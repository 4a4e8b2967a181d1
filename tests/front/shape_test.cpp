// The shape of relayed connections, judged by the detectors that are published.
#include "front/shape.h"

#include <gtest/gtest.h>

#include "lab/recognise/bursts.h"

namespace rozaneh::front {
namespace {

// The second of four bursts, the server's first, as it goes out: the inner server's flight in records, one
// for each segment of 1,448 bytes that came from there.
lab::BurstSizes shaped(lab::BurstSizes bursts) {
  const PageShape page;
  std::uint32_t left = std::exchange(bursts[1], 0);
  for (std::uint64_t number = 0; left > 0; ++number) {
    const std::uint32_t content = std::min<std::uint32_t>(left, 1448);
    bursts[1] += static_cast<std::uint32_t>(content + page.padding(number, content));
    left -= content;
  }
  return bursts;
}

TEST(PageShape, IsNoHandshakeForNdpisModels) {
  for (const lab::HandshakeModel& model : lab::kHandshakeModels) {
    lab::BurstSizes bursts{};
    for (std::size_t i = 0; i < bursts.size(); ++i)
      bursts.at(i) = static_cast<std::uint32_t>(model.mean.at(i));
    EXPECT_TRUE(lab::is_inner_handshake(bursts, 1)) << model.name;
    EXPECT_FALSE(lab::is_inner_handshake(shaped(bursts), 1)) << model.name;
    for (std::uint32_t answer = 100; answer < 12'000; answer += 50) {
      bursts[1] = answer;
      EXPECT_FALSE(lab::is_inner_handshake(shaped(bursts), 1)) << model.name << ", an answer of " << answer;
    }
  }
}

TEST(PageShape, IsNoTrojanForOpenGfwsTree) {
  unsigned plain = 0;
  for (std::uint32_t hello = 200; hello < 2400; hello += 50)
    for (std::uint32_t answer = 1000; answer < 8000; answer += 250)
      for (std::uint32_t finished = 50; finished < 1000; finished += 50)
        for (const std::uint32_t rest : {100U, 300U, 600U, 1200U, 2400U}) {
          const lab::BurstSizes bursts = {hello, answer, finished, rest};
          if (!lab::is_trojan_sequence(bursts)) continue;
          ++plain;
          EXPECT_FALSE(lab::is_trojan_sequence(shaped(bursts))) << hello << ' ' << answer << ' ' << finished;
        }
  EXPECT_GT(plain, 10'000U);  // 17,490 of 117,040
}

TEST(PageShape, FillsTheFirstRecordAndLeavesTheOthers) {
  const PageShape page;
  EXPECT_EQ(page.padding(0, 1), tls::kMaxPlaintext - 1);
  EXPECT_EQ(page.padding(0, tls::kMaxPlaintext), 0U);
  EXPECT_EQ(page.padding(1, 1), 0U);
}

}  // namespace
}  // namespace rozaneh::front
