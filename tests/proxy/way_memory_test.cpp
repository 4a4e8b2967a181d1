#include "proxy/way_memory.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>

#include "crypto/random.h"
#include "proxy/way_database.h"

namespace rozaneh::proxy {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

class Named final : public Candidate {
 public:
  explicit Named(std::string name) : name_(std::move(name)) {}
  [[nodiscard]] std::string label() const override { return name_; }
  [[nodiscard]] std::string transport() const override { return "obfs4"; }
  [[nodiscard]] std::string server() const override { return name_; }
  [[nodiscard]] std::string identity() const override { return name_; }
  io::Task<Result<io::StreamPtr>> dial(io::Loop& /*loop*/, io::Dialer& /*raw*/) override {
    co_return nullptr;
  }

 private:
  std::string name_;
};

class Heard final : public Log {
 public:
  [[nodiscard]] bool enabled(Level /*level*/) const override { return true; }
  void write(Level /*level*/, std::string_view line) override { lines.emplace_back(line); }
  std::vector<std::string> lines;
};

constexpr Seconds kHour = 3600;
constexpr Seconds kDay = 24 * kHour;
constexpr Seconds kNow = 1'800'000'000;

struct Judged {
  const char* name;
  Experience here;
  Experience elsewhere;
  int rank;
};

class RankOf : public testing::TestWithParam<Judged> {};

TEST_P(RankOf, IsAsItShouldBe) {
  EXPECT_EQ(judge(GetParam().here, GetParam().elsewhere, kNow).rank, GetParam().rank);
}

const Experience kWorked{.last_success = kNow - kHour};
const Experience kFailed{.last_failure = kNow - kHour / 2};

INSTANTIATE_TEST_SUITE_P(Ranking, RankOf,
                         testing::Values(Judged{"unknown", {}, {}, 0}, Judged{"worked_here", kWorked, {}, 2},
                                         Judged{"worked_here_and_failed_elsewhere", kWorked, kFailed, 2},
                                         Judged{"worked_elsewhere", {}, kWorked, 1},
                                         Judged{"failed_here_and_worked_elsewhere", kFailed, kWorked, -1},
                                         Judged{"failed_elsewhere", {}, kFailed, -1},
                                         Judged{"failed_long_ago", {.last_failure = kNow - 2 * kHour}, {}, 0},
                                         Judged{"worked_long_ago", {.last_success = kNow - 15 * kDay}, {}, 0},
                                         Judged{"worked_and_then_failed",
                                                {.last_success = kNow - kHour, .last_failure = kNow - 60},
                                                {},
                                                -1}),
                         [](const auto& info) { return info.param.name; });

TEST(Ranking, PrefersGoodputAndSoonAnswers) {
  const auto worth = [](double goodput, int ms) {
    return judge({.last_success = kNow, .goodput = goodput, .first_byte = milliseconds(ms)}, {}, kNow).worth;
  };
  EXPECT_GT(worth(1e6, 300), worth(1e5, 300));
  EXPECT_GT(worth(1e6, 300), worth(1e6, 900));
  EXPECT_GT(worth(1e6, 900), worth(1e4, 100));
}

class WayMemoryInAFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "rozaneh-memory-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
    file_ = directory_ / "client_memory.sqlite";
  }
  void TearDown() override { fs::remove_all(directory_); }

  // A process that knows what ones before it have learned.
  struct Process {
    explicit Process(WayMemoryInAFile& test)
        : store(open_way_store(test.file_, test.random_, test.log_)),
          memory(*store, [&test] { return test.now_; }) {
      memory.on_network("home");
    }
    std::unique_ptr<WayStore> store;
    WayMemory memory;
  };

  void spoil(std::string_view how) {
    if (how == "truncated") {
      fs::resize_file(file_, fs::file_size(file_) / 2);
    } else if (how == "overwritten") {
      std::ofstream(file_, std::ios::trunc) << std::string(5000, 'x');
    } else {
      std::fstream file(file_, std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(4096);
      file << std::string(3000, '\xff');
    }
  }

  crypto::SystemRandom random_;
  Heard log_;
  Seconds now_ = kNow;
  fs::path directory_;
  fs::path file_;
  Named way_{"198.51.100.1 secret-cert"};
};

TEST_F(WayMemoryInAFile, IsThereAfterARestart) {
  Process(*this).memory.succeeded(way_, milliseconds(250));
  Process again(*this);
  again.memory.carried(way_, 1e6);
  EXPECT_EQ(Process(*this).memory.experience(way_),
            (Experience{.last_success = kNow, .goodput = 1e6, .first_byte = milliseconds(250)}));
  EXPECT_EQ(again.memory.standing(way_).rank, 2);
  EXPECT_TRUE(log_.lines.empty());
}

TEST_F(WayMemoryInAFile, KnowsNetworksApart) {
  Process process(*this);
  process.memory.succeeded(way_, milliseconds(250));
  process.memory.on_network("school");
  EXPECT_EQ(process.memory.standing(way_).rank, 1);
  process.memory.failed(way_);
  EXPECT_EQ(process.memory.standing(way_).rank, -1);
  process.memory.on_network("home");
  EXPECT_EQ(process.memory.standing(way_).rank, 2);
}

TEST_F(WayMemoryInAFile, HoldsNeitherLinksNorNetworksAndIsNobodyElses) {
  {
    Process process(*this);
    process.memory.succeeded(way_, milliseconds(250));
  }
  struct stat status{};
  ASSERT_EQ(stat(file_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  std::ifstream file(file_, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  ASSERT_FALSE(content.empty());
  for (const char* secret : {"198.51.100.1", "secret-cert", "home"})
    EXPECT_EQ(content.find(secret), std::string::npos) << secret;
}

TEST_F(WayMemoryInAFile, ForgetsWhatIsOldAndWhatIsTooMuch) {
  {
    Process process(*this);
    process.memory.succeeded(way_, milliseconds(1));
    for (std::size_t i = 0; i < WayMemory::kMost; ++i) {
      now_ = kNow + 1 + static_cast<Seconds>(i);
      if (i % 100 == 0) process.memory.failed(Named(std::to_string(i)));
    }
    EXPECT_NE(process.memory.experience(way_), Experience());
  }
  now_ = kNow + WayMemory::kLife;
  Process later(*this);
  EXPECT_EQ(later.memory.experience(way_), Experience());
  EXPECT_NE(later.memory.experience(Named("100")), Experience());
}

TEST(WayMemory, IsBounded) {
  NoWayStore store{Secret<32>()};
  Seconds now = kNow;
  WayMemory memory(store, [&now] { return now; });
  for (std::size_t i = 0; i <= WayMemory::kMost; ++i, ++now) memory.failed(Named(std::to_string(i)));
  EXPECT_EQ(memory.experience(Named("0")), Experience());
  EXPECT_NE(memory.experience(Named("1")), Experience());
}

class WayMemoryInASpoiltFile : public WayMemoryInAFile, public testing::WithParamInterface<const char*> {};

TEST_P(WayMemoryInASpoiltFile, BeginsAnewAndSaysSoOnce) {
  {
    Process process(*this);
    for (int i = 0; i < 200; ++i) process.memory.succeeded(Named(std::to_string(i)), milliseconds(250));
  }
  spoil(GetParam());
  Process(*this).memory.succeeded(way_, milliseconds(250));
  EXPECT_EQ(log_.lines.size(), 1U);
  Process again(*this);
  EXPECT_EQ(again.memory.standing(way_).rank, 2);
  EXPECT_EQ(log_.lines.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Files, WayMemoryInASpoiltFile,
                         testing::Values("truncated", "overwritten", "flipped"),
                         [](const auto& info) { return info.param; });

TEST_F(WayMemoryInAFile, GoesOnWithoutWhereNothingCanBeKept) {
  file_ = "/proc/self/client_memory.sqlite";  // not even root writes there
  Process process(*this);
  process.memory.succeeded(way_, milliseconds(250));
  EXPECT_EQ(process.memory.standing(way_).rank, 2);
  EXPECT_EQ(log_.lines.size(), 1U);
}

TEST_F(WayMemoryInAFile, GoesOnWithoutWhileAnotherProcessHoldsIt) {
  Process process(*this);
  auto other = io::Database::open(file_);
  ASSERT_TRUE(other);
  ASSERT_TRUE(other->run("BEGIN EXCLUSIVE"));
  process.memory.succeeded(way_, milliseconds(250));
  process.memory.succeeded(Named("another"), milliseconds(250));
  EXPECT_EQ(process.memory.standing(way_).rank, 2);
  EXPECT_EQ(log_.lines.size(), 1U);
  Process late(*this);
  EXPECT_EQ(log_.lines.size(), 2U);
}

TEST_F(WayMemoryInAFile, GoesOnWithoutWhenTheDiskIsFull) {
  Process process(*this);
  process.memory.succeeded(way_, milliseconds(250));
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit none{.rlim_cur = 16,
                    .rlim_max = before.rlim_max};  // what a full disk is, to a file that grows
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
  process.memory.succeeded(Named("another"), milliseconds(250));
  process.memory.succeeded(Named("a third"), milliseconds(250));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(process.memory.standing(Named("a third")).rank, 2);
  EXPECT_EQ(log_.lines.size(), 1U);
  EXPECT_EQ(Process(*this).memory.standing(way_).rank, 2);
}

}  // namespace
}  // namespace rozaneh::proxy
