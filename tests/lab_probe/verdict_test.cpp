// What reactions tell, by the published rules.
#include "lab/probe/verdict.h"

#include <gtest/gtest.h>

#include "lab/probe/shadowsocks.h"

namespace rozaneh::lab {
namespace {

using End = Reaction::End;
using Finding = Verdict::Finding;

// How a server reacts to a probe of a length, and to replays.
struct Server {
  std::function<End(std::size_t length)> random = [](std::size_t) { return End::timeout; };
  End replay = End::timeout;
  std::string replay_answer = {};
  std::string random_answer = {};
};

Verdict verdict_on(const Server& server) {
  std::vector<Reaction> all;
  const auto add = [&all](std::string name, std::size_t sent, End end, const std::string& answer) {
    all.push_back({.probe = std::move(name),
                   .sent = sent,
                   .answered = answer.size(),
                   .answer = Buffer(answer.begin(), answer.end()),
                   .end = answer.empty() ? end : End::answered});
  };
  for (const auto* name : {"R1", "R2"}) add(name, 233, server.replay, server.replay_answer);
  for (const std::size_t length : kRandomLengths)
    add("NR1-" + std::to_string(length), length, server.random(length), server.random_answer);
  for (const auto* name : {"NR2-1", "NR2-2", "NR2-3"})
    add(name, kLongRandom, server.random(kLongRandom), server.random_answer);
  return judge(ProbeKind::shadowsocks, all);
}

TEST(Shadowsocks, IsFoundByTheLengthFromWhichItHangsUp) {
  for (const End how : {End::reset, End::closed}) {
    for (const std::size_t from : {8U, 9U, 13U, 17U, 23U, 34U, 42U, 50U, 221U}) {
      const Verdict verdict = verdict_on(
          {.random = [&](std::size_t length) { return length >= from ? how : End::timeout; }, .replay = how});
      EXPECT_EQ(verdict.finding, Finding::found) << from;
      EXPECT_TRUE(verdict.why.contains(std::to_string(from))) << verdict.why;
    }
  }
}

TEST(Shadowsocks, IsNotFoundWhereLengthDecidesNothing) {
  const auto finding = [](const std::function<End(std::size_t)>& random, End replay) {
    return verdict_on({.random = random, .replay = replay}).finding;
  };
  EXPECT_EQ(finding([](std::size_t) { return End::timeout; }, End::timeout), Finding::nothing);
  EXPECT_EQ(finding([](std::size_t) { return End::closed; }, End::closed), Finding::nothing);
  EXPECT_EQ(finding([](std::size_t n) { return n % 2 == 0 ? End::reset : End::timeout; }, End::reset),
            Finding::nothing);
  EXPECT_EQ(finding([](std::size_t n) { return n < 20 ? End::reset : End::timeout; }, End::timeout),
            Finding::nothing);
  EXPECT_EQ(finding([](std::size_t) { return End::refused; }, End::timeout), Finding::nothing);
}

TEST(Shadowsocks, IsFoundWhereAReplayAloneIsAnswered) {
  EXPECT_EQ(verdict_on({.replay_answer = "\x93\x01random"}).finding, Finding::found);
  EXPECT_EQ(verdict_on({.replay_answer = "\x93\x01random", .random_answer = "\x94"}).finding,
            Finding::nothing);
  EXPECT_EQ(verdict_on({.replay = End::reset}).finding, Finding::found);
}

TEST(Shadowsocks, IsNotAServerThatAnswersAsManyDo) {
  for (const std::string& answer :
       {std::string("HTTP/1.1 400 Bad Request\r\n"), std::string("\x15\x03\x01\x00\x02\x02\x0a", 7),
        std::string("SSH-2.0-x\r\n")})
    EXPECT_EQ(verdict_on({.random_answer = answer + "."}).finding, Finding::innocent) << answer;
}

std::vector<Reaction> one(bool confirmed, End end = End::answered) {
  return {{.probe = "x", .sent = 1, .end = end, .confirmed = confirmed}};
}

TEST(Handshakes, ThatCanBeFinishedAreFoundButForCommonProtocols) {
  for (const ProbeKind kind : {ProbeKind::obfs2, ProbeKind::obfs3, ProbeKind::tor})
    EXPECT_EQ(judge(kind, one(true)).finding, Finding::found);
  for (const ProbeKind kind : {ProbeKind::http, ProbeKind::tls})
    EXPECT_EQ(judge(kind, one(true)).finding, Finding::innocent);
  for (const ProbeKind kind : {ProbeKind::obfs2, ProbeKind::obfs3, ProbeKind::tor, ProbeKind::tls})
    EXPECT_EQ(judge(kind, one(false)).finding, Finding::nothing);
  EXPECT_TRUE(judge(ProbeKind::obfs2, one(false, End::refused)).why.contains("nobody"));
  EXPECT_EQ(judge(ProbeKind::obfs2, {}).finding, Finding::nothing);
}

TEST(Signal, IsWhoAnswersForItsNameAlone) {
  const auto finding = [](bool signal, bool other) {
    const std::vector<Reaction> both = {{.probe = "signal-name", .end = End::answered, .confirmed = signal},
                                        {.probe = "other-name", .end = End::closed, .confirmed = other}};
    return judge(ProbeKind::signal, both).finding;
  };
  EXPECT_EQ(finding(true, false), Finding::found);
  EXPECT_EQ(finding(true, true), Finding::nothing);
  EXPECT_EQ(finding(false, false), Finding::nothing);
  EXPECT_EQ(finding(false, true), Finding::nothing);
}

}  // namespace
}  // namespace rozaneh::lab
