#include "transport/scramblesuit/ticket.h"

#include "io/error.h"
#include "transport/ends.h"
#include "transport/scramblesuit/identity.h"
#include "transport/scramblesuit/ticket_store.h"
#include "transport/scramblesuit/vectors.h"

namespace rozaneh::scramblesuit {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;
using transport::array_from_hex;

constexpr Time kIssued{seconds(382991 * 3600 + 86)};

MasterKey master() { return MasterKey(array_from_hex<32>(vectors::kTicketMasterKey)); }
TicketKey vector_key() {
  return {.cipher = Secret<16>(array_from_hex<16>(vectors::kTicketCipherKey)),
          .mac = Secret<32>(array_from_hex<32>(vectors::kTicketMacKey))};
}
bool is_master(const std::optional<MasterKey>& key) {
  return key && std::ranges::equal(key->bytes(), master().bytes());
}

TEST(ScrambleSuitTicket, IsThatOfTheVector) {
  const auto iv = array_from_hex<16>(vectors::kTicketIv);
  EXPECT_EQ(encode_hex(vector_key().seal(master(), kIssued, iv)), vectors::kTicket);
  EXPECT_TRUE(is_master(vector_key().open(array_from_hex<kTicketSize>(vectors::kTicket), kIssued)));
}

TEST(ScrambleSuitTicket, LivesForAWeek) {
  const auto ticket = array_from_hex<kTicketSize>(vectors::kTicket);
  EXPECT_TRUE(vector_key().open(ticket, kIssued + days(7)));
  EXPECT_FALSE(vector_key().open(ticket, kIssued + days(7) + seconds(1)));
  EXPECT_TRUE(vector_key().open(ticket, kIssued - hours(1)));
  EXPECT_FALSE(vector_key().open(ticket, kIssued - hours(1) - seconds(1)));
}

TEST(ScrambleSuitTicket, IsRefusedWithAnyChangedByte) {
  const auto ticket = array_from_hex<kTicketSize>(vectors::kTicket);
  for (std::size_t at = 0; at < kTicketSize; ++at) {
    auto changed = ticket;
    changed[at] ^= 1;
    EXPECT_FALSE(vector_key().open(changed, kIssued)) << at;
  }
}

TEST(ScrambleSuitTicket, OutlivesOneRotationOfTheKeys) {
  crypto::SeededRandom random(std::uint64_t{6});
  auto keys = TicketKeys::generate(random, kIssued);
  const Time late = kIssued + days(6);
  const auto ticket = keys.current.seal(master(), late, array_from_hex<16>(vectors::kTicketIv));
  EXPECT_FALSE(keys.rotate(random, kIssued + days(7) - seconds(1)));
  EXPECT_TRUE(keys.rotate(random, kIssued + days(7)));
  EXPECT_TRUE(is_master(keys.open(ticket, late + days(6))));
  EXPECT_TRUE(keys.rotate(random, kIssued + days(14)));
  EXPECT_FALSE(keys.open(ticket, late)) << "its key is gone";
}

TEST(ScrambleSuitTicket, KeysThatNobodyUsedForTwoWeeksAreGone) {
  crypto::SeededRandom random(std::uint64_t{7});
  auto keys = TicketKeys::generate(random, kIssued);
  EXPECT_TRUE(keys.rotate(random, kIssued + days(14)));
  EXPECT_FALSE(keys.previous);
}

TEST(ScrambleSuitIdentity, IsReadAsItWasWritten) {
  crypto::SeededRandom random(std::uint64_t{8});
  auto identity = ServerIdentity::generate(random, kIssued);
  for (const bool rotated : {false, true}) {
    if (rotated) identity.tickets.rotate(random, kIssued + days(7));
    const auto read = ServerIdentity::from_json(identity.to_json());
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(read->to_json(), identity.to_json());
    EXPECT_EQ(read->tickets.previous.has_value(), rotated);
  }
}

TEST(ScrambleSuitIdentity, NamesTheFieldThatIsWrong) {
  crypto::SeededRandom random(std::uint64_t{9});
  const auto json = ServerIdentity::generate(random, kIssued).to_json();
  for (const std::string name : {"password", "prng-seed", "ticket-key", "ticket-key-made"}) {
    std::string damaged = json;
    damaged.replace(damaged.find("\"" + name + "\""), name.size() + 2, "\"other\"");
    const auto read = ServerIdentity::from_json(damaged);
    ASSERT_FALSE(read) << name;
    EXPECT_NE(read.error().message().find("'" + name + "'"), std::string::npos) << read.error().message();
  }
  EXPECT_FALSE(ServerIdentity::from_json("[]"));
  EXPECT_FALSE(ServerIdentity::from_json("{"));
}

struct ScrambleSuitTicketStoreTest : ::testing::Test {
  io::MemoryState state;
  io::SilentLog log;
  std::shared_ptr<std::mutex> guard = std::make_shared<std::mutex>();
  TicketStore store{state, log, guard};

  static Grant grant() {
    Grant grant;
    grant.key = master();
    grant.ticket = array_from_hex<kTicketSize>(vectors::kTicket);
    return grant;
  }
  std::string record() {
    return std::string(text_of(state.read("scramblesuit_tickets.json").value().value()));
  }
  void set_record(std::string_view text) {
    ASSERT_TRUE(state.write("scramblesuit_tickets.json", bytes_of(text)));
  }
};

TEST_F(ScrambleSuitTicketStoreTest, GivesATicketOutOnce) {
  store.put("192.0.2.1:443", grant(), kIssued);
  EXPECT_FALSE(store.take("192.0.2.2:443", kIssued));
  const auto taken = store.take("192.0.2.1:443", kIssued + days(7) - seconds(1));
  ASSERT_TRUE(taken);
  EXPECT_TRUE(is_master(taken->key));
  EXPECT_EQ(taken->ticket, grant().ticket);
  EXPECT_FALSE(store.take("192.0.2.1:443", kIssued));
}

TEST_F(ScrambleSuitTicketStoreTest, ForgetsATicketAfterAWeek) {
  store.put("192.0.2.1:443", grant(), kIssued);
  store.put("192.0.2.2:443", grant(), kIssued + days(7));
  EXPECT_EQ(record().find("192.0.2.1"), std::string::npos);
  EXPECT_FALSE(store.take("192.0.2.1:443", kIssued + days(7)));
}

TEST_F(ScrambleSuitTicketStoreTest, ReadsAndWritesObfs4proxysForm) {
  store.put("192.0.2.1:443", grant(), kIssued);
  const std::string text = encode_base32(concat(master().bytes(), grant().ticket)) + "=";
  EXPECT_EQ(record(), R"({"192.0.2.1:443":{"issuedAt":1378767686,"key-ticket":")" + text + R"("}})");
  EXPECT_EQ(text.size() % 8, 0U);
}

TEST_F(ScrambleSuitTicketStoreTest, GoesOnWithoutADamagedRecord) {
  for (const std::string_view text : {"", "{", "[]", R"({"192.0.2.1:443":1})", R"({"192.0.2.1:443":{}})",
                                      R"({"192.0.2.1:443":{"issuedAt":1378767686,"key-ticket":7}})",
                                      R"({"192.0.2.1:443":{"issuedAt":1378767686,"key-ticket":"MFRGG==="}})",
                                      R"({"192.0.2.1:443":{"issuedAt":"x","key-ticket":"MFRGG==="}})"}) {
    set_record(text);
    EXPECT_FALSE(store.take("192.0.2.1:443", kIssued)) << text;
    store.put("192.0.2.1:443", grant(), kIssued);
    EXPECT_TRUE(store.take("192.0.2.1:443", kIssued)) << text;
  }
}

// A disk that takes nothing more.
class FullState final : public io::State {
 public:
  explicit FullState(io::State& inner) : inner_(inner) {}
  Result<std::optional<Buffer>> read(const std::string& name) override { return inner_.read(name); }
  Result<> write(const std::string&, Bytes) override { return fail(io::IoError::file, "no space"); }
  Result<> append(const std::string&, Bytes) override { return fail(io::IoError::file, "no space"); }

 private:
  io::State& inner_;
};

TEST_F(ScrambleSuitTicketStoreTest, UsesNoTicketThatItCannotStrikeOut) {
  store.put("192.0.2.1:443", grant(), kIssued);
  FullState full(state);
  TicketStore on_full_disk(full, log, guard);
  EXPECT_FALSE(on_full_disk.take("192.0.2.1:443", kIssued));
  EXPECT_EQ(log.lines.size(), 1U);
  EXPECT_TRUE(store.take("192.0.2.1:443", kIssued)) << "it is still there";
}

}  // namespace
}  // namespace rozaneh::scramblesuit
