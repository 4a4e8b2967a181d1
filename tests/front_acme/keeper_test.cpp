#include "front/acme/keeper.h"

#include <gtest/gtest.h>

#include "authority.h"
#include "crypto/random.h"
#include "io/error.h"
#include "issuer.h"

namespace rozaneh::front::acme {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr hours kLife{24 * 90};

class Silent final : public Log {
 public:
  [[nodiscard]] bool enabled(Level /*level*/) const override { return true; }
  void write(Level /*level*/, std::string_view line) override { lines.emplace_back(line); }
  std::vector<std::string> lines;
};

class Recorder final : public Prover {
 public:
  Result<> present(const Proof& proof, const std::stop_token& /*stop*/) override {
    ++presented;
    names.push_back(proof.name);
    if (fails) return fail(AcmeError::challenge, "says the test");
    return {};
  }
  Result<> withdraw(const Proof& /*proof*/) override {
    ++withdrawn;
    return {};
  }
  unsigned presented = 0, withdrawn = 0;
  std::vector<std::string> names;
  bool fails = false;
};

// A disk that can be full.
class Disk final : public io::State {
 public:
  Result<std::optional<Buffer>> read(const std::string& name) override { return memory_.read(name); }
  Result<> write(const std::string& name, Bytes content) override {
    if (full && (only.empty() || name.ends_with(only)))
      return fail(io::IoError::file, "cannot write: no space");
    return memory_.write(name, content);
  }
  Result<> append(const std::string& name, Bytes more) override { return memory_.append(name, more); }
  bool full = false;
  std::string only;

 private:
  io::MemoryState memory_;
};

class Keepers : public testing::Test {
 protected:
  Keepers() {
    authority_.slow = 0;
    authority_.issue = [this](Bytes request) {
      issuer_.since = now_ - hours(1);
      issuer_.until = issuer_.since + kLife;
      return issuer_.sign(request);
    };
  }

  // (Made where it is used: it cannot be moved.)
  Keeper keeper(std::vector<KeyKind> kinds = {KeyKind::ec}) {
    return Keeper({.order = {.directory = std::string(kBase) + "/directory",
                             .names = {"example.org"},
                             .challenge = ChallengeKind::http01,
                             .contact = "",
                             .profile = "",
                             .replaces = ""},
                   .kinds = std::move(kinds)},
                  store_,
                  {.exchange = authority_,
                   .prover = prover_,
                   .log = log_,
                   .sleep =
                       [this](seconds span, const std::stop_token&) {
                         now_ += span;
                         return true;
                       },
                   .now = [this] { return now_; }},
                  random_, certificates_);
  }

  std::size_t in_use() const { return certificates_.current()->all.size(); }
  std::string chain() const { return certificates_.current()->all.front().chain; }

  Time now_ = kNow;
  Authority authority_;
  Issuer issuer_;
  Recorder prover_;
  Silent log_;
  Disk disk_;
  Store store_{disk_};
  crypto::SeededRandom random_{1};
  Certificates certificates_;
};

TEST_F(Keepers, GetWhatIsMissing) {
  Keeper keeper = this->keeper({KeyKind::ec, KeyKind::rsa});
  keeper.load();
  EXPECT_EQ(in_use(), 0U);
  const auto next = keeper.round({});
  ASSERT_TRUE(next) << next.error().message();
  ASSERT_EQ(in_use(), 2U);
  EXPECT_EQ(examine(certificates_.current()->all[0])->kind, KeyKind::ec);
  EXPECT_EQ(examine(certificates_.current()->all[1])->kind, KeyKind::rsa);
  EXPECT_EQ(prover_.presented, 2U);
  EXPECT_EQ(prover_.withdrawn, 2U);
  EXPECT_EQ(keeper.health().obtained, 2U);
  EXPECT_EQ(keeper.health().first_expiry, examine(certificates_.current()->all[0])->not_after);
}

TEST_F(Keepers, GoOnWithWhatIsStored) {
  {
    Keeper first = keeper();
    ASSERT_TRUE(first.round({}));
  }
  const std::string before = chain();
  certificates_.replace({});
  Keeper second = keeper();
  second.load();
  EXPECT_EQ(chain(), before);
  ASSERT_TRUE(second.round({}));
  EXPECT_EQ(issuer_.issued, 1U);
}

TEST_F(Keepers, RenewWhenAThirdIsLeftAndNotBefore) {
  Keeper keeper = this->keeper();
  ASSERT_TRUE(keeper.round({}));
  const std::string before = chain();
  now_ = kNow + kLife * 6 / 10;
  ASSERT_TRUE(keeper.round({}));
  EXPECT_EQ(chain(), before);
  now_ = kNow + kLife * 2 / 3 + hours(1);
  ASSERT_TRUE(keeper.round({}));
  EXPECT_NE(chain(), before);
  EXPECT_EQ(issuer_.issued, 2U);
}

TEST_F(Keepers, KeepTheOldOneWhereRenewalFails) {
  Keeper keeper = this->keeper();
  ASSERT_TRUE(keeper.round({}));
  const std::string before = chain();
  now_ = kNow + kLife * 3 / 4;
  for (const char* path : {"/account", "/order", "/finalize", "/cert"}) {
    now_ += hours(2);
    authority_.instead[path] = {Authority::problem(500, "serverInternal")};
    EXPECT_FALSE(keeper.round({})) << path;
    EXPECT_EQ(chain(), before);
  }
  EXPECT_EQ(keeper.health().failed, 4U);
  EXPECT_NE(keeper.health().last_failure, "");
  now_ += hours(2);
  EXPECT_TRUE(keeper.round({}));
  EXPECT_NE(chain(), before);
  EXPECT_EQ(keeper.health().last_failure, "");
}

TEST_F(Keepers, TakeTheirProofsAwayWhateverHappens) {
  Keeper keeper = this->keeper();
  prover_.fails = true;
  EXPECT_FALSE(keeper.round({}));
  EXPECT_EQ(prover_.withdrawn, 1U);
  prover_.fails = false;
  authority_.instead["/finalize"] = {Authority::problem(403, "unauthorized")};
  EXPECT_FALSE(keeper.round({}));
  EXPECT_EQ(prover_.withdrawn, 2U);
}

TEST_F(Keepers, DoNotBelieveACertificateForOtherNames) {
  Keeper keeper = this->keeper();
  issuer_.names = {"example.net"};
  const auto failed = keeper.round({});
  ASSERT_FALSE(failed);
  EXPECT_TRUE(failed.error().is(AcmeError::lying));
  EXPECT_EQ(in_use(), 0U);
}

TEST_F(Keepers, DoNotBelieveACertificateThatHasExpired) {
  Keeper keeper = this->keeper();
  authority_.issue = [this](Bytes request) {
    issuer_.since = now_ - hours(2);
    issuer_.until = now_ - hours(1);
    return issuer_.sign(request);
  };
  EXPECT_TRUE(keeper.round({}).error().is(AcmeError::lying));
}

TEST_F(Keepers, AskForNothingWhereNothingCanBeWritten) {
  Keeper keeper = this->keeper();
  ASSERT_TRUE(keeper.round({}));
  const std::string before = chain();
  const std::size_t asked = authority_.asked.size();
  now_ = kNow + kLife * 3 / 4;
  disk_.full = true;
  const auto failed = keeper.round({});
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message().find("no space"), std::string::npos);
  EXPECT_EQ(chain(), before);
  EXPECT_EQ(authority_.asked.size(), asked + 1) << "only the directory, for a renewal window";
}

TEST_F(Keepers, KeepTheOldOneWhereTheNewCannotBeStored) {
  Keeper keeper = this->keeper();
  ASSERT_TRUE(keeper.round({}));
  const std::string before = chain();
  now_ = kNow + kLife * 3 / 4;
  disk_.full = true;
  disk_.only = "_ec.pem";
  EXPECT_FALSE(keeper.round({}));
  EXPECT_EQ(chain(), before);
  now_ = kNow + kLife;  // the old one is no use any more
  EXPECT_FALSE(keeper.round({}));
  EXPECT_NE(chain(), before);
}

TEST_F(Keepers, BeginNoMoreThanFiveOrdersAnHour) {
  authority_.instead["/order"].assign(20, Authority::problem(403, "unauthorized"));
  for (int i = 0; i < 10; ++i) {
    Keeper again = keeper();  // a program that dies and is started again
    EXPECT_FALSE(again.round({}));
    now_ += minutes(1);
  }
  EXPECT_EQ(authority_.instead["/order"].size(), 15U);
}

// RFC 9773: what the authority suggests counts, sooner or later than a third.
TEST_F(Keepers, RenewWhenTheAuthorityWantsIt) {
  authority_.renewal = true;
  authority_.window = {"2027-01-10T00:00:00Z", "2027-01-11T00:00:00Z"};  // before kNow
  Keeper keeper = this->keeper();
  ASSERT_TRUE(keeper.round({}));
  const unsigned first = issuer_.issued;
  now_ += hours(7);
  ASSERT_TRUE(keeper.round({}));
  EXPECT_EQ(issuer_.issued, first + 1) << log_.lines.back();
}

TEST_F(Keepers, RunUntilTheyAreGone) {
  std::mutex mutex;
  std::condition_variable changed;
  bool seen = false;
  certificates_.when_changed([&](const auto&) {
    const std::scoped_lock lock(mutex);
    seen = true;
    changed.notify_all();
  });
  // Real waiting, but nothing to wait for: a second at most.
  Client::Parts parts{
      .exchange = authority_, .prover = prover_, .log = log_, .sleep = &sleep_unless_stopped, .now = [] {
        return kNow;
      }};
  Keeper keeper({.order = {.directory = std::string(kBase) + "/directory",
                           .names = {"example.org"},
                           .challenge = ChallengeKind::http01,
                           .contact = "",
                           .profile = "",
                           .replaces = ""},
                 .kinds = {KeyKind::ec}},
                store_, parts, random_, certificates_);
  keeper.start();
  std::unique_lock lock(mutex);
  EXPECT_TRUE(changed.wait_for(lock, seconds(60), [&] { return seen; }));
}

}  // namespace
}  // namespace rozaneh::front::acme
