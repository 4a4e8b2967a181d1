// What China's probers sent to Shadowsocks' servers.
#include "lab/probe/shadowsocks.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "crypto/random.h"
#include "lab/probe/kinds.h"
#include "lab/probe/plan.h"

namespace rozaneh::lab {
namespace {

Buffer packet_of(std::size_t size) {
  Buffer packet(size);
  for (std::size_t i = 0; i < size; ++i) packet[i] = static_cast<std::uint8_t>(i * 5);
  return packet;
}

struct Sent {
  Buffer bytes;
  unsigned stage;
};
std::map<std::string, Sent> sent_for(Bytes first, std::uint64_t seed = 1) {
  crypto::SeededRandom random(seed);
  std::map<std::string, Sent> all;
  for (Probe& each : shadowsocks_probes(first, random))
    all[each.name] = {each.conversation->begin(), each.stage};
  return all;
}

std::set<std::size_t> changed_places(Bytes from, Bytes to) {
  std::set<std::size_t> places;
  EXPECT_EQ(from.size(), to.size());
  for (std::size_t i = 0; i < from.size(); ++i)
    if (from[i] != to[i]) places.insert(i);
  return places;
}

TEST(Replays, ChangeTheirBytesAndNoOthers) {
  const Buffer first = packet_of(233);
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    auto sent = sent_for(first, seed);
    EXPECT_EQ(changed_places(first, sent["R1"].bytes), (std::set<std::size_t>{}));
    EXPECT_EQ(changed_places(first, sent["R2"].bytes), (std::set<std::size_t>{0}));
    EXPECT_EQ(changed_places(first, sent["R3"].bytes),
              (std::set<std::size_t>{0, 1, 2, 3, 4, 5, 6, 7, 62, 63}));
    EXPECT_EQ(changed_places(first, sent["R4"].bytes), (std::set<std::size_t>{16}));
    EXPECT_EQ(changed_places(first, sent["R5"].bytes), (std::set<std::size_t>{6, 16}));
  }
}

TEST(Replays, OfTheSecondStageAreR3ToR5) {
  for (const auto& [name, sent] : sent_for(packet_of(233)))
    EXPECT_EQ(sent.stage, name == "R3" || name == "R4" || name == "R5" ? 2U : 1U) << name;
}

TEST(Replays, OfShortPacketsChangeWhatIsThere) {
  for (const std::size_t size : {1U, 6U, 7U, 16U, 17U, 62U, 63U, 64U}) {
    const Buffer first = packet_of(size);
    auto sent = sent_for(first);
    EXPECT_EQ(sent["R4"].bytes == first, size <= 16) << size;
    EXPECT_EQ(changed_places(first, sent["R3"].bytes).size(),
              std::min(size, std::size_t{8}) + std::clamp<std::size_t>(size, 62, 64) - 62);
  }
}

TEST(RandomProbes, HaveThePublishedLengths) {
  std::map<std::size_t, int> lengths;
  for (const auto& [name, sent] : sent_for({})) ++lengths[sent.bytes.size()];
  std::map<std::size_t, int> expected{{221, 3}};
  for (const std::size_t centre : {8U, 12U, 16U, 22U, 33U, 41U, 49U})
    for (const std::size_t each : {centre - 1, std::size_t{centre}, centre + 1}) expected[each] = 1;
  EXPECT_EQ(lengths, expected) << "and without a first packet nothing else";
}

TEST(Plan, HasProbesOfEveryKind) {
  crypto::SeededRandom random(1);
  for (std::size_t i = 0; i < probe_kinds().size(); ++i) {
    const auto kind = static_cast<ProbeKind>(i);
    auto probes = plan(kind, "192.0.2.1:443", packet_of(200), random);
    EXPECT_FALSE(probes.empty());
    for (Probe& each : probes) EXPECT_FALSE(each.conversation->begin().empty()) << each.name;
    EXPECT_EQ(probe_kind_of(name_of(kind)), kind);
  }
  EXPECT_EQ(probe_kind_of("other"), std::nullopt);
}

}  // namespace
}  // namespace rozaneh::lab
