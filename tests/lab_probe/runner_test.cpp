#include "lab/probe/runner.h"

#include <gtest/gtest.h>

#include <array>

#include "lab_probe/server.h"

namespace rozaneh::lab {
namespace {

using End = Reaction::End;
using std::chrono::milliseconds;

constexpr std::chrono::seconds kLong{60};  // never waited for

Buffer request() { return {'h', 'e', 'l', 'l', 'o'}; }

std::vector<Probe> one_probe() {
  std::vector<Probe> probes;
  probes.push_back({.name = "R1", .sends = "", .conversation = std::make_unique<OneMessage>(request())});
  return probes;
}

std::vector<Reaction> probed(std::vector<Probe> probes, const Probing& probing) {
  auto reactions = run_probes(std::move(probes), probing);
  EXPECT_TRUE(reactions) << reactions.error().message();
  return reactions ? *reactions : std::vector<Reaction>();
}

Probing towards(Endpoint server, Moment patience = kLong) {
  Probing probing;
  probing.server = server;
  probing.patience = patience;
  return probing;
}

Reaction reaction_of(const Server& server, Moment patience = kLong) {
  const auto reactions = probed(one_probe(), towards(server.endpoint(), patience));
  return reactions.size() == 1 ? reactions[0] : Reaction{.probe = "there is not one reaction"};
}

// Reads `count` bytes; false: the stream ended before.
bool take(int connection, std::size_t count) {
  std::array<char, 65536> bytes{};
  while (count > 0) {
    const ssize_t got = recv(connection, bytes.data(), std::min(count, bytes.size()), 0);
    if (got <= 0) return false;
    count -= static_cast<std::size_t>(got);
  }
  return true;
}

void say(int connection, std::string_view text) { send(connection, text.data(), text.size(), MSG_NOSIGNAL); }

void wait_for_the_end(int connection) {
  while (take(connection, 1)) {
  }
}

void hang_up_with_a_reset(int connection) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(connection, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

// Sends once and is never satisfied: it hears all until the end.
class Listening final : public Conversation {
 public:
  Listening(Buffer message, Buffer& heard) : message_(std::move(message)), heard_(heard) {}
  Buffer begin() override { return message_; }
  Buffer take(Bytes received) override {
    append(heard_, received);
    return {};
  }
  [[nodiscard]] bool is_done() const override { return false; }

 private:
  Buffer message_;
  Buffer& heard_;
};

TEST(Runner, TellsAnAnswer) {
  const Server server([](int connection) {
    take(connection, 5);
    say(connection, "good day");
    wait_for_the_end(connection);
  });
  const Reaction reaction = reaction_of(server);
  EXPECT_EQ(reaction.end, End::answered);
  EXPECT_EQ(reaction.probe, "R1");
  EXPECT_EQ(reaction.sent, 5U);
  EXPECT_EQ(text_of(reaction.answer), "good day");
}

TEST(Runner, TellsAResetFromAClose) {
  const Server resets([](int connection) {
    take(connection, 5);
    hang_up_with_a_reset(connection);
  });
  const Server closes([](int connection) { take(connection, 5); });
  EXPECT_EQ(reaction_of(resets).end, End::reset);
  const Reaction closed = reaction_of(closes);
  EXPECT_EQ(closed.end, End::closed);
  EXPECT_TRUE(closed.hung_up());
}

TEST(Runner, TellsACloseWithBytesLeftUnreadAsTheResetThatItIs) {
  const Server server([](int connection) { take(connection, 1); });
  EXPECT_EQ(reaction_of(server).end, End::reset);
}

TEST(Runner, GivesUpOnSilenceAfterItsPatience) {
  const Server server([](int connection) { wait_for_the_end(connection); });
  const Reaction reaction = reaction_of(server, milliseconds(100));
  EXPECT_EQ(reaction.end, End::timeout);
  EXPECT_EQ(reaction.answered, 0U);
  EXPECT_GE(reaction.after, milliseconds(100));
}

TEST(Runner, TellsThatThereWasNoConnection) {
  std::uint16_t port = 0;
  const int nobody_listens = bound_socket(port);
  const auto reactions = probed(one_probe(), towards({*IpAddress::parse("127.0.0.1"), port}));
  close(nobody_listens);
  ASSERT_EQ(reactions.size(), 1U);
  EXPECT_EQ(reactions[0].end, End::refused);
  EXPECT_EQ(reactions[0].sent, 0U);
}

TEST(Runner, KeepsTheFirstBytesOfALongAnswerAndCountsAll) {
  const Server server([](int connection) {
    take(connection, 5);
    say(connection, std::string(100'000, 'x'));
  });
  Buffer heard;
  std::vector<Probe> probes;
  probes.push_back(
      {.name = "long", .sends = "", .conversation = std::make_unique<Listening>(request(), heard)});
  const auto reactions = probed(std::move(probes), towards(server.endpoint()));
  ASSERT_EQ(reactions.size(), 1U);
  EXPECT_EQ(reactions[0].end, End::closed);
  EXPECT_EQ(reactions[0].answered, 100'000U);
  EXPECT_EQ(reactions[0].answer.size(), 256U);
  EXPECT_EQ(heard, Buffer(100'000, 'x'));
}

TEST(Runner, SendsAllToWhoReadsLate) {
  constexpr std::size_t kMuch = std::size_t{8} << 20U;
  const Server server([](int connection) {
    if (take(connection, kMuch)) say(connection, "all");
    wait_for_the_end(connection);
  });
  std::vector<Probe> probes;
  probes.push_back(
      {.name = "much", .sends = "", .conversation = std::make_unique<OneMessage>(Buffer(kMuch, 7))});
  const auto reactions = probed(std::move(probes), towards(server.endpoint()));
  ASSERT_EQ(reactions.size(), 1U);
  EXPECT_EQ(reactions[0].sent, kMuch);
  EXPECT_EQ(text_of(reactions[0].answer), "all");
}

TEST(Runner, MakesAllOfAStageAndEachReactionIsHeard) {
  const Server server([](int connection) {
    take(connection, 5);
    say(connection, "x");
  });
  std::vector<Probe> probes;
  for (int i = 0; i < 40; ++i)
    probes.push_back({.name = "NR1", .sends = "", .conversation = std::make_unique<OneMessage>(request())});
  unsigned heard = 0;
  Probing probing = towards(server.endpoint());
  probing.heard = [&](const Reaction&) { return ++heard > 0; };
  const auto reactions = probed(std::move(probes), probing);
  EXPECT_EQ(reactions.size(), 40U);
  EXPECT_EQ(heard, 40U);
  for (const Reaction& each : reactions) EXPECT_EQ(each.end, End::answered);
}

TEST(Runner, LeavesTheRestOnceEnoughWasHeard) {
  const Server server([](int connection) {
    take(connection, 5);
    say(connection, "x");
  });
  std::vector<Probe> probes = one_probe();
  probes.push_back(
      {.name = "tomorrow", .sends = "", .conversation = std::make_unique<OneMessage>(request())});
  Probing probing = towards(server.endpoint());
  probing.delay = [](const Probe& probe) -> Moment {
    return probe.name == "tomorrow" ? std::chrono::hours(24) : Moment();
  };
  probing.heard = [](const Reaction&) { return false; };
  const auto reactions = probed(std::move(probes), probing);
  ASSERT_EQ(reactions.size(), 1U);
  EXPECT_EQ(reactions[0].probe, "R1");
  EXPECT_EQ(server.accepted(), 1U);
}

std::vector<std::string> names_of(const Server& server) {
  std::vector<Probe> probes = one_probe();
  probes.push_back(
      {.name = "R3", .sends = "", .stage = 2, .conversation = std::make_unique<OneMessage>(request())});
  std::vector<std::string> names;
  for (const Reaction& each : probed(std::move(probes), towards(server.endpoint())))
    names.push_back(each.probe);
  return names;
}

TEST(Runner, GoesOnToTheNextStageOnlyIfAReplayWasAnswered) {
  const Server answers([](int connection) {
    take(connection, 5);
    say(connection, "x");
  });
  const Server closes([](int connection) { take(connection, 5); });
  EXPECT_EQ(names_of(answers), (std::vector<std::string>{"R1", "R3"}));
  EXPECT_EQ(names_of(closes), (std::vector<std::string>{"R1"}));
}

TEST(Runner, ComesFromTheAddressThatItWasGiven) {
  std::atomic<std::uint32_t> came_from = 0;
  const Server server([&](int connection) {
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    getpeername(connection, reinterpret_cast<sockaddr*>(&peer), &size);
    came_from = ntohl(peer.sin_addr.s_addr);
    say(connection, "x");
    wait_for_the_end(connection);
  });
  Probing probing = towards(server.endpoint());
  probing.source = IpAddress::parse("127.0.0.9");
  const auto reactions = probed(one_probe(), probing);
  EXPECT_EQ(reactions.size(), 1U);
  EXPECT_EQ(came_from, 0x7f000009U);
}

TEST(Runner, IsRefusedWithAnAddressThatIsNotOurs) {
  const Server server([](int) {});
  Probing probing = towards(server.endpoint());
  probing.source = IpAddress::parse("203.0.113.200");
  const auto reactions = probed(one_probe(), probing);
  ASSERT_EQ(reactions.size(), 1U);
  EXPECT_EQ(reactions[0].end, End::refused);
  EXPECT_EQ(server.accepted(), 0U);
}

TEST(Runner, ConnectsToNobodyOutsideOfTheLab) {
  Probing probing = towards(*Endpoint::parse("192.0.1.1:80"));
  probing.delay = [](const Probe&) -> Moment {
    ADD_FAILURE() << "it was about to connect";
    return {};
  };
  const auto reactions = probed(one_probe(), probing);
  EXPECT_TRUE(reactions.empty());
}

}  // namespace
}  // namespace rozaneh::lab
