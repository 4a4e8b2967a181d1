#include "front/certificates/files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "front/certificates/make.h"

namespace rozaneh::front {
namespace {

namespace fs = std::filesystem;
constexpr Time kNow{std::chrono::seconds(1'800'000'000)};

class Lines final : public Log {
 public:
  [[nodiscard]] bool enabled(Level /*level*/) const override { return true; }
  void write(Level level, std::string_view line) override {
    const std::scoped_lock lock(mutex_);
    if (level == Level::error) errors_.emplace_back(line);
  }
  std::vector<std::string> errors() {
    const std::scoped_lock lock(mutex_);
    return errors_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> errors_;
};

class Files : public testing::Test {
 protected:
  Files() {
    std::string pattern = (fs::temp_directory_path() / "rozaneh-files-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~Files() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / (name + ".new")) << text;
    fs::rename(folder_ / (name + ".new"), folder_ / name);
  }
  void write(const Certificate& certificate) const {
    write("chain.pem", certificate.chain);
    write("key.pem", certificate.key);
  }
  // A pause so long that only `look` looks.
  Result<std::unique_ptr<CertificateFiles>> open(std::chrono::milliseconds pause = std::chrono::hours(1)) {
    return CertificateFiles::open(
        {.files = {{.chain = folder_ / "chain.pem", .key = folder_ / "key.pem"}}, .pause = pause},
        certificates_, log_);
  }
  std::string chain() const { return certificates_.current()->all.front().chain; }

  fs::path folder_;
  Certificates certificates_;
  Lines log_;
};

TEST_F(Files, ThatAreMissingOrBrokenAreRefusedAtTheStart) {
  EXPECT_FALSE(open());
  write({.chain = "no certificate", .key = "no key"});
  EXPECT_FALSE(open());
}

TEST_F(Files, AreTakenAnewWhenTheyChange) {
  const Certificate one = self_signed({"one.org"}, KeyKind::ec, kNow);
  const Certificate two = self_signed({"two.org"}, KeyKind::ec, kNow);
  write(one);
  const auto files = open();
  ASSERT_TRUE(files) << files.error().message();
  EXPECT_EQ(chain(), one.chain);
  write(two);
  (*files)->look();
  EXPECT_EQ(chain(), two.chain);
  EXPECT_TRUE(log_.errors().empty());
}

TEST_F(Files, ThatDoNotFitLeaveTheOldInUseUntilTheyDo) {
  const Certificate one = self_signed({"one.org"}, KeyKind::ec, kNow);
  const Certificate two = self_signed({"two.org"}, KeyKind::ec, kNow);
  write(one);
  const auto files = open();
  write("chain.pem", two.chain);
  (*files)->look();
  (*files)->look();
  EXPECT_EQ(chain(), one.chain);
  EXPECT_EQ(log_.errors().size(), 1U) << "said once, not at every look";
  write("key.pem", two.key);
  (*files)->look();
  EXPECT_EQ(chain(), two.chain);
}

TEST_F(Files, ThatVanishLeaveTheOldInUse) {
  const Certificate one = self_signed({"one.org"}, KeyKind::ec, kNow);
  write(one);
  const auto files = open();
  fs::remove(folder_ / "key.pem");
  (*files)->look();
  EXPECT_EQ(chain(), one.chain);
  EXPECT_EQ(log_.errors().size(), 1U);
}

TEST_F(Files, AreWatchedWithoutBeingAsked) {
  const Certificate two = self_signed({"two.org"}, KeyKind::ec, kNow);
  write(self_signed({"one.org"}, KeyKind::ec, kNow));
  std::mutex mutex;
  std::condition_variable changed;
  bool seen = false;
  const auto files = open(std::chrono::milliseconds(20));
  certificates_.when_changed([&](const auto&) {
    const std::scoped_lock lock(mutex);
    seen = true;
    changed.notify_all();
  });
  write(two);
  std::unique_lock lock(mutex);
  EXPECT_TRUE(changed.wait_for(lock, std::chrono::seconds(60), [&] { return seen; }));
  EXPECT_EQ(chain(), two.chain);
}

}  // namespace
}  // namespace rozaneh::front
