#include "transport/scramblesuit/codec.h"

#include <map>

#include "base/writer.h"
#include "crypto/hash.h"
#include "transport/ends.h"
#include "transport/scramblesuit/error.h"
#include "transport/scramblesuit/vectors.h"

namespace rozaneh::scramblesuit {
namespace {

using transport::array_from_hex;
using transport::decode_in_reads;
using transport::encode_all;
using transport::from_hex;

LengthsPtr lengths_of(std::uint8_t number) {
  Seed seed{};
  seed.fill(number);
  return std::make_shared<const Lengths>(seed);
}

struct ScrambleSuitCodecTest : ::testing::Test {
  SessionKeys keys = derive_session_keys(MasterKey(array_from_hex<32>(vectors::kMasterKey)));
  crypto::SeededRandom random{std::uint64_t{4}};
  std::vector<Grant> kept;
  std::vector<Seed> adopted;
  RecordCodec client{keys.client_to_server, keys.server_to_client, lengths_of(1), random,
                     ClientHooks{.keep = [this](const Grant& grant) { kept.push_back(grant); },
                                 .adopt =
                                     [this](const Seed& seed) {
                                       adopted.push_back(seed);
                                       return lengths_of(seed[0]);
                                     }}};
  RecordCodec server{keys.server_to_client, keys.client_to_server, lengths_of(2), random};
};

TEST_F(ScrambleSuitCodecTest, OpensTheVectorsOfBothDirectionsHoweverTheyAreCut) {
  for (const auto read_size : std::initializer_list<std::size_t>{1, 20, 21, 22, 1000}) {
    RecordCodec up(keys.server_to_client, keys.client_to_server, lengths_of(2), random);
    const auto said = decode_in_reads(up, from_hex(vectors::kClientRecords), read_size);
    ASSERT_TRUE(said) << said.error().message();
    EXPECT_EQ(text_of(*said), "what the initiator says");
  }
  const auto heard = decode_in_reads(client, from_hex(vectors::kServerRecords), 7);
  ASSERT_TRUE(heard) << heard.error().message();
  EXPECT_EQ(text_of(*heard), "and what it hears");
}

TEST_F(ScrambleSuitCodecTest, HandsTicketAndSeedOfTheVectorsOut) {
  ASSERT_TRUE(decode_in_reads(client, from_hex(vectors::kServerRecords), 1000));
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(encode_hex(kept[0].ticket), vectors::kTicket);
  EXPECT_EQ(encode_hex(kept[0].key.bytes()), vectors::kTicketMasterKey);
  ASSERT_EQ(adopted.size(), 1U);
  EXPECT_EQ(encode_hex(adopted[0]), vectors::kSeed);
}

TEST_F(ScrambleSuitCodecTest, BeginsWithTheRecordOfTheVectors) {
  const Buffer wire = encode_all(client, bytes_of("what the initiator says"));
  EXPECT_TRUE(encode_hex(wire).starts_with(vectors::kClientRecords.substr(0, 2 * (21 + 23))));
}

TEST_F(ScrambleSuitCodecTest, CarriesAllSizesInAllRooms) {
  for (const auto size :
       std::initializer_list<std::size_t>{1, 1426, 1427, 1428, 1447, 1448, 1449, 65535, 200'000}) {
    const Buffer plain = transport::numbered(size);
    for (const auto room :
         std::initializer_list<std::size_t>{transport::Codec::kLeastRoom, std::size_t{64} * 1024}) {
      const auto opened = decode_in_reads(server, encode_all(client, plain, room), 65536);
      ASSERT_TRUE(opened) << opened.error().message();
      EXPECT_TRUE(*opened == plain) << size;
    }
  }
}

TEST_F(ScrambleSuitCodecTest, WelcomesWithTicketAndSeed) {
  Grant grant;
  grant.key = MasterKey(array_from_hex<32>(vectors::kTicketMasterKey));
  grant.ticket = array_from_hex<kTicketSize>(vectors::kTicket);
  const auto opened = decode_in_reads(client, server.welcome(grant), 100);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->empty());
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].ticket, grant.ticket);
  EXPECT_EQ(adopted.at(0), lengths_of(2)->seed());
}

TEST_F(ScrambleSuitCodecTest, RefusesEveryChangedBitOfARecord) {
  const Buffer right = from_hex(vectors::kClientRecords);
  for (std::size_t at = 0; at < 44; ++at) {
    RecordCodec codec(keys.server_to_client, keys.client_to_server, lengths_of(2), random);
    Buffer changed = right;
    changed[at] ^= 1;
    // A changed length may have it wait for as much as a record has.
    append(changed, Buffer(1500));
    const auto opened = decode_in_reads(codec, changed, 5000);
    ASSERT_FALSE(opened) << at;
    EXPECT_TRUE(opened.error().is(ScrambleSuitError::bad_record));
  }
}

TEST_F(ScrambleSuitCodecTest, HandsOutWhatCameBeforeAForgedRecordAndThenFailsForGood) {
  Buffer wire = from_hex(vectors::kClientRecords);
  wire.back() ^= 1;  // of the second record
  const auto decoded = server.decode(wire);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(text_of(Bytes(wire).first(decoded->plain)), "what the initiator says");
  EXPECT_FALSE(server.decode({}));
  EXPECT_FALSE(server.decode({}));
}

// A record that is authentic, whatever its header says.
Buffer record_with(const DirectionKey& key, std::uint16_t total, std::uint16_t payload, std::uint8_t flag,
                   std::size_t body) {
  Writer out;
  out.u16(total).u16(payload).u8(flag).zeros(body);
  Buffer sealed = out.take();
  key.stream().apply(sealed);
  const auto mac = crypto::hmac_sha256(key.mac.bytes(), sealed);
  return concat(Bytes(mac).first(16), sealed);
}

TEST_F(ScrambleSuitCodecTest, RefusesAuthenticRecordsThatMakeNoSense) {
  struct {
    const char* what;
    std::uint16_t total, payload;
    std::uint8_t flag;
    std::size_t body;
  } const cases[] = {
      {"longer than a segment", 1428, 0, 1, 1428},
      {"payload longer than all", 10, 11, 1, 10},
      {"no flag", 0, 0, 0, 0},
      {"two flags", 0, 0, 3, 0},
      {"unknown flag", 0, 0, 8, 0},
      {"short ticket", 143, 143, 2, 143},
      {"long ticket", 145, 145, 2, 145},
      {"short seed", 31, 31, 4, 31},
  };
  for (const auto& one : cases) {
    RecordCodec codec(keys.client_to_server, keys.server_to_client, lengths_of(1), random,
                      ClientHooks{.keep = [](const Grant&) { FAIL(); },
                                  .adopt = [](const Seed&) { return lengths_of(9); }});
    const Buffer wire =
        concat(record_with(keys.server_to_client, one.total, one.payload, one.flag, one.body), Buffer(1500));
    const auto opened = decode_in_reads(codec, wire, 5000);
    ASSERT_FALSE(opened) << one.what;
    EXPECT_TRUE(opened.error().is(ScrambleSuitError::bad_record)) << one.what;
  }
}

TEST_F(ScrambleSuitCodecTest, TakesARecordOfNothing) {
  EXPECT_TRUE(decode_in_reads(client, record_with(keys.server_to_client, 0, 0, 1, 0), 5)->empty());
}

TEST_F(ScrambleSuitCodecTest, LetsOnlyServersSendTicketsAndSeeds) {
  for (const auto flag : std::initializer_list<std::uint8_t>{2, 4}) {
    RecordCodec codec(keys.server_to_client, keys.client_to_server, lengths_of(2), random);
    const std::uint16_t size = flag == 2 ? 144 : 32;
    EXPECT_FALSE(decode_in_reads(codec, record_with(keys.client_to_server, size, size, flag, size), 500));
  }
}

TEST_F(ScrambleSuitCodecTest, EndsBurstsOnTheLengthsOfItsTable) {
  // The lengths of that table, found by drawing: a burst ends on no other.
  std::map<std::size_t, int> possible;
  const auto table = lengths_of(1);
  for (int i = 0; i < 20'000; ++i) ++possible[table->sample(random) % kSegment];
  for (int i = 0; i < 500; ++i) {
    const Buffer plain(1 + random.below(5000));
    const std::size_t end = encode_all(client, plain).size() % kSegment;
    EXPECT_TRUE(possible.contains(end)) << end;
  }
}

TEST(ScrambleSuitLengths, AreNoShorterThanARecordAndNoLongerThanASegment) {
  crypto::SeededRandom random(std::uint64_t{5});
  for (std::uint8_t number = 0; number < 50; ++number) {
    const auto table = lengths_of(number);
    for (int i = 0; i < 200; ++i) {
      const auto length = table->sample(random);
      EXPECT_GE(length, 21);
      EXPECT_LE(length, 1448);
    }
  }
}

}  // namespace
}  // namespace rozaneh::scramblesuit
