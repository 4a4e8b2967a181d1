#include "front/acme/schedule.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "crypto/random.h"
#include "front/acme/store.h"
#include "front/certificates/make.h"

namespace rozaneh::front::acme {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Time kNow{seconds(1'800'000'000)};

TEST(Renewal, ComesWhenAThirdOfTheLifeIsLeftOrALittleEarlier) {
  crypto::SeededRandom random(1);
  CertificateFacts facts;
  facts.not_before = kNow;
  facts.not_after = kNow + hours(24) * 90;
  std::set<Time> times;
  for (int i = 0; i < 100; ++i) {
    const Time time = renewal_time(facts, random);
    EXPECT_LE(time, facts.not_after - hours(24) * 30);
    EXPECT_GE(time, facts.not_after - hours(24) * 35);
    times.insert(time);
  }
  EXPECT_GT(times.size(), 90U) << "by chance, not all at once";
}

TEST(Renewal, ComesWithinTheWindowThatTheAuthoritySuggests) {
  crypto::SeededRandom random(1);
  const RenewalWindow window{.start = kNow, .end = kNow + hours(24)};
  for (int i = 0; i < 100; ++i) {
    const Time time = renewal_time(window, random, kNow - hours(1));
    EXPECT_GE(time, window.start);
    EXPECT_LE(time, window.end);
  }
  EXPECT_EQ(renewal_time(window, random, kNow + hours(48)), kNow + hours(48)) << "long due";
}

TEST(Pauses, GrowUpToHalfADay) {
  crypto::SeededRandom random(1);
  seconds before{};
  for (unsigned failures = 1; failures < 8; ++failures) {
    const seconds pause = pause_after(failures, std::nullopt, random);
    EXPECT_GT(pause, before);
    before = pause;
  }
  EXPECT_GE(pause_after(1, std::nullopt, random), minutes(5));
  EXPECT_LE(pause_after(1, std::nullopt, random), minutes(6));
  EXPECT_GE(pause_after(1'000'000, std::nullopt, random), hours(12));
  EXPECT_LE(pause_after(1'000'000, std::nullopt, random), hours(14));
}

TEST(Pauses, AreAsLongAsTheAuthorityAskedForAtMostADay) {
  crypto::SeededRandom random(1);
  EXPECT_GE(pause_after(1, hours(3), random), hours(3));
  EXPECT_LE(pause_after(1, hours(24 * 365), random), hours(27));
}

// RFC 9773 section 4.1: its example of a certificate.
TEST(RenewalId, IsThatOfRfc9773) {
  CertificateFacts facts;
  facts.authority_key = *decode_hex("69885b6b87464041e1b37b847ba0ae2cde01c8d4");
  facts.serial = *decode_hex("0087654321");
  EXPECT_EQ(renewal_id(facts), "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE");
  EXPECT_EQ(renewal_id({}), "");
}

TEST(Budget, AllowsSoManyOrdersAnHour) {
  OrderBudget budget;
  for (std::size_t i = 0; i < OrderBudget::kAnHour; ++i) {
    EXPECT_EQ(budget.wait(kNow), seconds(0));
    budget.spend(kNow + minutes(i));
  }
  EXPECT_EQ(budget.wait(kNow + minutes(10)), minutes(50));
  EXPECT_EQ(budget.wait(kNow + hours(1)), seconds(0));
  budget.spend(kNow + hours(1));
  EXPECT_EQ(budget.wait(kNow + hours(1)), minutes(1))
      << "the second of the first five is still within the hour";
}

TEST(Budget, SurvivesARestartAndAMangledRecord) {
  OrderBudget budget;
  for (std::size_t i = 0; i < OrderBudget::kAnHour; ++i) budget.spend(kNow);
  const OrderBudget again = OrderBudget::parse(budget.text(), kNow + minutes(1));
  EXPECT_EQ(again.wait(kNow + minutes(1)), minutes(59));
  EXPECT_EQ(
      OrderBudget::parse("x\n\n-5\n99999999999999999999\n1e9\n" + budget.text() + "12", kNow).wait(kNow),
      hours(1));
  const std::string future = std::to_string((kNow + hours(24)).time_since_epoch().count()) + "\n";
  EXPECT_EQ(OrderBudget::parse(future + future + future + future + future, kNow).wait(kNow), seconds(0))
      << "a clock that was set back must not stop renewal";
}

TEST(Store, GivesEachAuthorityItsOwnAccount) {
  io::MemoryState state;
  Store store(state);
  const auto one = store.account("https://ca.example/directory");
  const auto other = store.account("https://other.example/directory");
  const auto again = store.account("https://ca.example/directory");
  ASSERT_TRUE(one && other && again);
  EXPECT_EQ(EVP_PKEY_eq(one->get(), again->get()), 1);
  EXPECT_NE(EVP_PKEY_eq(one->get(), other->get()), 1);
}

TEST(Store, GivesBackWhatWasKeptByNameAndKind) {
  io::MemoryState state;
  Store store(state);
  const Certificate ec = self_signed({"*.example.org"}, KeyKind::ec, kNow);
  EXPECT_FALSE(store.certificate("*.example.org", KeyKind::ec));
  ASSERT_TRUE(store.keep("*.example.org", KeyKind::ec, ec));
  const auto kept = store.certificate("*.example.org", KeyKind::ec);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->chain, ec.chain);
  EXPECT_EQ(kept->key, ec.key);
  EXPECT_FALSE(store.certificate("*.example.org", KeyKind::rsa));
}

TEST(Store, HasNothingWhereARecordIsCutShort) {
  io::MemoryState state;
  Store store(state);
  const Certificate ec = self_signed({"example.org"}, KeyKind::ec, kNow);
  const std::string whole = ec.key + ec.chain;
  for (std::size_t size = 0; size + 2 < whole.size(); size += 11) {
    ASSERT_TRUE(state.write("acme_example.org_ec.pem", bytes_of(whole).first(size)));
    EXPECT_FALSE(store.certificate("example.org", KeyKind::ec)) << size;
  }
}

}  // namespace
}  // namespace rozaneh::front::acme
