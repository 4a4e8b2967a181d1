// The rules of whitelist.h, shadowsocks_first.h and bursts.h, at their numbers.
#include <cmath>

#include "lab/packets.h"
#include "lab/recognise/bursts.h"
#include "lab/recognise/shadowsocks_first.h"
#include "lab/recognise/whitelist.h"
#include "lab/splits.h"

namespace rozaneh::lab {
namespace {

using enum Direction;

TEST(Whitelister, NeverJudgesOnePacket) {
  EXPECT_EQ(admit(counting(100), {}), Admitted::undecided);
  EXPECT_EQ(admit({}, {}), Admitted::undecided);
}

TEST(Whitelister, AdmitsItsSevenMethodsFromEightBytesOn) {
  for (const std::string_view method : {"GET", "POST", "HEAD", "CONNECT", "OPTIONS", "DELETE", "PUT"}) {
    const std::string request = std::string(method) + "xxxxxxx";
    EXPECT_EQ(admit(bytes_of(request), bytes_of("x")), Admitted::http) << method;
    EXPECT_EQ(admit(bytes_of(request).first(2), bytes_of(request).subspan(2)), Admitted::http) << method;
  }
  EXPECT_EQ(admit(bytes_of("GET / "), bytes_of("x")), Admitted::none);
  EXPECT_EQ(admit(bytes_of("GET / "), bytes_of("xx")), Admitted::http);
  EXPECT_EQ(admit(bytes_of("PATCH / HTTP/1.1"), bytes_of("xx")), Admitted::none);
  EXPECT_EQ(admit(bytes_of("get / HTTP/1.1"), bytes_of("xx")), Admitted::none);
}

TEST(Whitelister, AdmitsTlsByOneByte) {
  EXPECT_EQ(admit(hex("16"), counting(9)), Admitted::tls);
  EXPECT_EQ(admit(hex("15"), counting(9)), Admitted::none);
  EXPECT_EQ(admit(hex("17"), counting(9)), Admitted::none);
}

TEST(Whitelister, AdmitsQueries) {
  const Buffer query = hex("001dabcd01000001000000000000076578616d706c65036f72670000010001");
  EXPECT_EQ(admit(query, hex("00")), Admitted::dns);
  EXPECT_EQ(admit(Bytes(query).first(2), Bytes(query).subspan(2)), Admitted::dns);
  Buffer answer = query;
  answer[4] = 0x81;
  EXPECT_EQ(admit(answer, hex("00")), Admitted::none);
  EXPECT_EQ(admit(Bytes(query).first(5), Bytes(query).subspan(5, 8)), Admitted::none);
}

TEST(Whitelister, WatchesThreePorts) {
  for (const int port : {52, 54, 79, 81, 442, 444, 8080})
    EXPECT_FALSE(is_whitelisted_port(static_cast<std::uint16_t>(port)));
  for (const int port : {53, 80, 443}) EXPECT_TRUE(is_whitelisted_port(static_cast<std::uint16_t>(port)));
}

TEST(ProbeAttraction, IsForLengthsFrom160To700) {
  for (const auto& [size, fits] : {std::pair{159, false}, {160, true}, {700, true}, {701, false}})
    EXPECT_EQ(probe_attraction(Buffer(static_cast<std::size_t>(size))).length_fits, fits) << size;
}

TEST(ProbeAttraction, FavoursARemainderInEachRange) {
  struct Case {
    std::size_t size;
    bool favoured;
    double share;
  };
  for (const Case& one :
       {Case{167, false, 1}, Case{168, false, 0.28}, Case{169, true, 0.72}, Case{249, true, 0.72},
        Case{250, false, 0.28}, Case{263, false, 0.28}, Case{265, false, 1}, Case{383, false, 1},
        Case{384, false, 0.04}, Case{386, true, 0.96}, Case{674, true, 0.96}, Case{687, false, 0.04},
        Case{690, false, 1}}) {
    const auto attraction = probe_attraction(Buffer(one.size));
    EXPECT_EQ(attraction.favoured, one.favoured) << one.size;
    EXPECT_NEAR(attraction.share_of_range, one.share, 1e-9) << one.size;
  }
}

TEST(ProbeAttraction, WeighsEntropyByThePublishedPoints) {
  // Eight values in equal parts are 3.0 bits.
  Buffer eight;
  for (int i = 0; i < 160; ++i) eight.push_back(static_cast<std::uint8_t>(i % 8));
  EXPECT_NEAR(probe_attraction(eight).entropy_weight, 1.0, 1e-9);
  EXPECT_EQ(probe_attraction(Buffer(200)).entropy_weight, 0.0);
  Buffer all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<std::uint8_t>(i));
  EXPECT_NEAR(probe_attraction(all).entropy_weight, 1 + 5 * 3 / 4.2, 1e-9);
}

BurstSizes mean_of(const HandshakeModel& model) {
  BurstSizes sizes{};
  for (std::size_t i = 0; i < 4; ++i) sizes[i] = static_cast<std::uint32_t>(std::lround(model.mean[i]));
  return sizes;
}

const HandshakeModel& model(std::string_view name) {
  return *std::ranges::find(kHandshakeModels, name, &HandshakeModel::name);
}

TEST(InnerHandshake, IsNearTheMeanOfItsModel) {
  for (const auto& one : kHandshakeModels) {
    EXPECT_LT(distance(mean_of(one), one), 0.1) << one.name;
    EXPECT_TRUE(is_inner_handshake(mean_of(one), 1)) << one.name;
  }
  EXPECT_FALSE(is_inner_handshake({100, 200, 300, 400}, 1));
  EXPECT_FALSE(is_inner_handshake({517, 20000, 200, 40000}, 1));
}

// Along the first axis alone the distance is |x - mean| * sqrt(m), so each bound lies at a known size.
TEST(InnerHandshake, EndsAtTheBoundOfEachModel) {
  for (const auto& one : kHandshakeModels) {
    BurstSizes sizes = mean_of(one);
    const double rest = distance(sizes, one);
    std::uint32_t inside = sizes[1];
    while (true) {
      sizes[1] = inside + 1;
      if (distance(sizes, one) >= one.bound) break;
      ++inside;
    }
    EXPECT_LT(rest, one.bound);
    sizes[1] = inside;
    EXPECT_LT(distance(sizes, one), one.bound) << one.name;
    EXPECT_NEAR(inside, one.mean[1] + one.bound / std::sqrt(one.inverse_covariance[1][1]), 40) << one.name;
  }
  EXPECT_EQ(model("tls1.2").bound, 3.5);
  EXPECT_EQ(model("tls1.3").bound, 3.0);
  EXPECT_EQ(model("chrome").bound, 3.0);
}

TEST(InnerHandshake, OfTls13HasAClientHelloOf517BytesAtLeast) {
  BurstSizes sizes = mean_of(model("tls1.3"));
  sizes[0] = 517;
  ASSERT_GE(distance(sizes, model("tls1.2")), 3.5);
  ASSERT_GE(distance(sizes, model("chrome")), 3.0);
  EXPECT_TRUE(is_inner_handshake(sizes, 1));
  sizes[0] = 516;
  EXPECT_FALSE(is_inner_handshake(sizes, 1));
}

TEST(InnerHandshake, HasAFirstBurstOfThreePacketsAtMost) {
  const auto sizes = mean_of(model("chrome"));
  EXPECT_TRUE(is_inner_handshake(sizes, 3));
  EXPECT_FALSE(is_inner_handshake(sizes, 4));
}

Looks walk(InnerHandshakeObserver& observer, const BurstSizes& sizes) {
  for (std::size_t i = 0; i < 4; ++i) {
    std::uint32_t left = sizes[i];
    while (left > 0) {
      const std::uint32_t size = std::min(left, 1448U);
      observer.add(i % 2 == 0 ? up : down, Buffer(size, 0xaa));
      left -= size;
    }
  }
  return observer.add(up, Buffer(100, 0xaa));
}

TEST(InnerHandshakeObserver, FindsAHandshakeOnceAFifthBurstBegins) {
  for (const auto& one : kHandshakeModels) {
    InnerHandshakeObserver observer;
    EXPECT_EQ(walk(observer, mean_of(one)), Looks::yes) << one.name;
  }
}

TEST(InnerHandshakeObserver, FindsOneThatBeginsWithTheSecondBurst) {
  InnerHandshakeObserver observer;
  observer.add(up, Buffer(50, 0xaa));
  observer.add(down, Buffer(20, 0xaa));
  EXPECT_EQ(walk(observer, mean_of(model("tls1.3"))), Looks::yes);
  InnerHandshakeObserver third;
  for (int i = 0; i < 2; ++i) {
    third.add(up, Buffer(50, 0xaa));
    third.add(down, Buffer(20, 0xaa));
  }
  EXPECT_EQ(walk(third, mean_of(model("tls1.3"))), Looks::yes);
}

TEST(InnerHandshakeObserver, GivesUpWhereTheServerSpeaksFirstAndAfter26Packets) {
  InnerHandshakeObserver server;
  EXPECT_EQ(server.add(down, Buffer(50, 0xaa)), Looks::no);
  InnerHandshakeObserver many;
  for (int i = 0; i < 26; ++i) EXPECT_EQ(many.add(up, Buffer(50, 0xaa)), Looks::more) << i;
  EXPECT_EQ(many.add(up, Buffer(50, 0xaa)), Looks::no);
}

TEST(InnerHandshakeObserver, CountsInsideTlsBehindBothCipherChanges) {
  const Buffer change = hex("140303000101");
  const Buffer hello = concat(hex("160303000401020304"), change, hex("1703030010"), Buffer(16));
  auto sizes = mean_of(model("tls1.3"));
  sizes[0] += 24;      // one packet
  sizes[1] += 4 * 24;  // four
  sizes[2] += 24;
  sizes[3] += 24;
  InnerHandshakeObserver inside(InnerHandshakeObserver::Around::tls);
  inside.add(up, Buffer(700, 0x16));
  inside.add(down, hello);
  inside.add(down, Buffer(1448, 0xaa));  // what follows the server's change waits for the client's
  inside.add(up, change);
  EXPECT_EQ(walk(inside, sizes), Looks::yes);
  InnerHandshakeObserver outside(InnerHandshakeObserver::Around::tls);
  EXPECT_EQ(walk(outside, sizes), Looks::more);
  InnerHandshakeObserver small(InnerHandshakeObserver::Around::tls);
  small.add(down, change);
  small.add(up, change);
  EXPECT_EQ(small.add(up, Buffer(24, 0xaa)), Looks::more);
  EXPECT_EQ(small.add(up, Buffer(23, 0xaa)), Looks::no);
}

struct Sequence {
  BurstSizes sizes;
  bool trojan;
};

// Each side of the bounds of some leaves, walked through OpenGFW's tree by hand.
TEST(TrojanSequence, IsWhatTheTreeSays) {
  for (const auto& [sizes, trojan] :
       {Sequence{{157, 157, 41, 185}, true}, {{156, 157, 41, 185}, false},   {{411, 157, 41, 185}, true},
        {{412, 157, 41, 185}, false},        {{157, 158, 41, 185}, false},   {{157, 157, 40, 185}, false},
        {{157, 113, 41, 186}, true},         {{157, 112, 41, 186}, false},   {{892, 157, 788, 186}, true},
        {{893, 157, 788, 186}, false},       {{700, 4000, 220, 1173}, true}, {{700, 4000, 220, 1174}, false},
        {{700, 4000, 85, 100}, false},       {{700, 4000, 86, 100}, true},   {{700, 2431, 100, 100}, false},
        {{700, 2432, 100, 100}, true},       {{100, 13018, 0, 1786}, false}, {{100, 13019, 0, 1786}, true},
        {{100, 13019, 0, 30}, false},        {{100, 13019, 0, 31}, true},    {{100, 13314, 0, 1786}, true},
        {{100, 13315, 0, 1786}, false},      {{100, 13314, 0, 1787}, false}, {{0, 0, 0, 0}, false}})
    EXPECT_EQ(is_trojan_sequence(sizes), trojan)
        << sizes[0] << ' ' << sizes[1] << ' ' << sizes[2] << ' ' << sizes[3];
}

TEST(TrojanObserver, CountsFromTheClientsChangeOfCipher) {
  TrojanObserver observer;
  observer.add(up, Buffer(517, 0x16));
  observer.add(down, Buffer(3000, 0x16));
  observer.add(up, concat(hex("140303000101"), Buffer(694)));
  observer.add(down, Buffer(1448));
  observer.add(down, Buffer(2552));
  observer.add(up, Buffer(220));
  observer.add(down, Buffer(1173));
  EXPECT_EQ(observer.looks(), Looks::more);
  EXPECT_EQ(observer.add(up, Buffer(1)), Looks::yes);
}

TEST(TrojanObserver, SaysNoToOtherSizesAndToWhatNeverChanges) {
  TrojanObserver observer;
  observer.add(up, hex("140303000101"));
  observer.add(down, Buffer(100));
  observer.add(up, Buffer(100));
  observer.add(down, Buffer(100));
  EXPECT_EQ(observer.add(up, Buffer(1)), Looks::no);
  TrojanObserver other;
  EXPECT_EQ(other.add(up, Buffer(512000)), Looks::more);
  EXPECT_EQ(other.add(up, Buffer(1)), Looks::no);
}

}  // namespace
}  // namespace rozaneh::lab
