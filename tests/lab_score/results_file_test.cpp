#include "lab/score/results_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace rozaneh::lab {
namespace {

namespace fs = std::filesystem;

class ResultsOnDisk : public testing::Test {
 protected:
  ResultsOnDisk() {
    std::string name = (fs::temp_directory_path() / "results-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~ResultsOnDisk() override { fs::remove_all(folder_); }

  [[nodiscard]] ResultsFile open(const std::string& program = "rozaneh 1.0.0") const {
    auto opened = ResultsFile::open(folder_, program, "2026-11-21T08:40:00Z");
    if (!opened) throw std::runtime_error(opened.error().message());
    return std::move(*opened);
  }
  [[nodiscard]] fs::path path() const { return folder_ / "results.jsonl"; }
  [[nodiscard]] std::string text() const {
    std::ostringstream all;
    all << std::ifstream(path()).rdbuf();
    return all.str();
  }

  fs::path folder_;
};

Cell cell(const std::string& subject = "https-1.3", Outcome outcome = Outcome::blocked) {
  Cell cell;
  cell.censor = "iran-2012-02";
  cell.subject = subject;
  cell.scale = 2.5;
  cell.seed = 7;
  cell.outcome = outcome;
  cell.why = "no answer";
  cell.tried = 3;
  cell.done = 1;
  cell.bytes = 900'000;
  cell.first_byte_ms = {12.5, std::nullopt};
  cell.goodput = 1e6;
  cell.of_uncensored = 0.97;
  cell.notice_s = 5;
  cell.streams_lost = 2;
  cell.timeline = {{0.1, 65536}, {0.2, 131072}};
  cell.seconds = 3.4;
  cell.pcap = "pcap/a.pcap";
  return cell;
}

TEST_F(ResultsOnDisk, KeepEveryFieldOfACell) {
  Cell written = cell();
  ASSERT_TRUE(open().add(written));
  const auto read = parse_results(text());
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->program, "rozaneh 1.0.0");
  EXPECT_EQ(read->started, "2026-11-21T08:40:00Z");
  written.program = "rozaneh 1.0.0";
  ASSERT_EQ(read->cells.size(), 1U);
  EXPECT_EQ(read->cells[0], written);
}

TEST_F(ResultsOnDisk, AreFoundAgainByTheNextRun) {
  ASSERT_TRUE(open().add(cell()));
  const ResultsFile again = open();
  const Cell* found = again.find(cell());
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->why, "no answer");
}

TEST_F(ResultsOnDisk, AreNotThoseOfAnotherCell) {
  ASSERT_TRUE(open().add(cell()));
  const ResultsFile again = open();
  Cell other = cell();
  other.seed = 8;
  EXPECT_EQ(again.find(other), nullptr);
  other = cell();
  other.scale = 1;
  EXPECT_EQ(again.find(other), nullptr);
  EXPECT_EQ(again.find(cell("http")), nullptr);
  other = cell();
  other.censor = "none";
  EXPECT_EQ(again.find(other), nullptr);
  EXPECT_EQ(open("rozaneh 1.0.1").find(cell()), nullptr) << "another version may do better";
}

TEST_F(ResultsOnDisk, CountAsTheyCameOutLast) {
  auto results = open();
  ASSERT_TRUE(results.add(cell("http", Outcome::blocked)));
  ASSERT_TRUE(results.add(cell("http", Outcome::passes)));
  EXPECT_EQ(results.find(cell("http"))->outcome, Outcome::passes);
  EXPECT_EQ(open().find(cell("http"))->outcome, Outcome::passes);
}

TEST_F(ResultsOnDisk, DoNotCountWhereACellWasSkipped) {
  auto results = open();
  ASSERT_TRUE(results.add(cell("ssh", Outcome::skipped)));
  EXPECT_EQ(results.find(cell("ssh")), nullptr) << "sshd may have been installed since";
}

TEST_F(ResultsOnDisk, LoseHalfALineAndNothingElse) {
  ASSERT_TRUE(open().add(cell("http")));
  const std::string whole = text();
  std::ofstream(path(), std::ios::app) << R"({"type":"cell","censor":"ir)";
  auto results = open();
  EXPECT_NE(results.find(cell("http")), nullptr);
  ASSERT_TRUE(results.add(cell("ssh")));
  EXPECT_TRUE(text().starts_with(whole));
  const auto read = parse_results(text());
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->cells.size(), 2U);
}

TEST_F(ResultsOnDisk, AreRefusedWithTheLineThatIsWrong) {
  std::ofstream(path()) << "{\"type\":\"cell\"}\n{}\n";
  const auto opened = ResultsFile::open(folder_, "rozaneh 1.0.0", "now");
  ASSERT_FALSE(opened);
  EXPECT_TRUE(opened.error().message().contains("results.jsonl")) << opened.error().message();
}

TEST_F(ResultsOnDisk, CannotBeMadeWhereAFileStands) {
  std::ofstream(folder_ / "file") << "x";
  EXPECT_FALSE(ResultsFile::open(folder_ / "file", "rozaneh 1.0.0", "now"));
}

}  // namespace
}  // namespace rozaneh::lab
