// Lines of results: what is read, and what is said of each mistake.
#include "lab/report/results.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace rozaneh::lab {
namespace {

constexpr std::string_view kRun =
    R"({"type":"run","program":"rozaneh 0.1.0","started":"2026-11-21T08:40:00Z"})";
constexpr std::string_view kCell =
    R"({"type":"cell","program":"rozaneh 0.1.0","censor":"iran-2012-02","subject":"https-1.3","scale":2,"seed":7,)"
    R"("outcome":"degraded","why":"reset","fetches":{"tried":3,"done":2},"bytes":900000,)"
    R"("first_byte_ms":[12.5,null,11],"goodput":1250000,"of_uncensored":0.4,"notice_s":3.5,"recover_s":null,)"
    R"("streams_lost":1,"timeline":[[0.1,65536],[0.2,131072]],"seconds":3.4,"pcap":"pcap/a--b.pcap"})";
constexpr std::string_view kLeast = R"({"type":"cell","censor":"a","subject":"b","outcome":"blocked"})";

std::string failure_of(std::string_view text) {
  const auto results = parse_results(text);
  return results ? "" : results.error().message();
}

TEST(Results, AreReadWithEveryMember) {
  const auto results = parse_results(fmt::format("{}\n{}\n", kRun, kCell));
  ASSERT_TRUE(results) << results.error().message();
  EXPECT_EQ(results->program, "rozaneh 0.1.0");
  EXPECT_EQ(results->started, "2026-11-21T08:40:00Z");
  ASSERT_EQ(results->cells.size(), 1U);
  const Cell& cell = results->cells[0];
  EXPECT_EQ(cell.program, "rozaneh 0.1.0");
  EXPECT_EQ(cell.censor, "iran-2012-02");
  EXPECT_EQ(cell.subject, "https-1.3");
  EXPECT_EQ(cell.scale, 2);
  EXPECT_EQ(cell.seed, 7U);
  EXPECT_EQ(cell.outcome, Outcome::degraded);
  EXPECT_EQ(cell.why, "reset");
  EXPECT_EQ(cell.tried, 3U);
  EXPECT_EQ(cell.done, 2U);
  EXPECT_EQ(cell.bytes, 900000U);
  EXPECT_EQ(cell.first_byte_ms, (std::vector<std::optional<double>>{12.5, std::nullopt, 11}));
  EXPECT_EQ(cell.goodput, 1250000);
  EXPECT_EQ(cell.of_uncensored, 0.4);
  EXPECT_EQ(cell.notice_s, 3.5);
  EXPECT_FALSE(cell.recover_s);
  EXPECT_EQ(cell.streams_lost, 1U);
  EXPECT_EQ(cell.timeline, (std::vector<std::pair<double, double>>{{0.1, 65536}, {0.2, 131072}}));
  EXPECT_EQ(cell.seconds, 3.4);
  EXPECT_EQ(cell.pcap, "pcap/a--b.pcap");
}

TEST(Results, NeedNoMoreThanNamesAndAnOutcome) {
  const auto results = parse_results(fmt::format("{}\n", kLeast));
  ASSERT_TRUE(results);
  EXPECT_EQ(results->cells.at(0).outcome, Outcome::blocked);
  EXPECT_FALSE(results->cells.at(0).goodput);
}

TEST(Results, OfOtherTypesArePassedOver) {
  const auto results = parse_results(fmt::format("{{\"type\":\"weather\",\"censor\":5}}\n\n{}\n", kLeast));
  ASSERT_TRUE(results);
  EXPECT_EQ(results->cells.size(), 1U);
}

TEST(Results, TellOfTheNewestRun) {
  const auto results = parse_results(fmt::format("{}\n{{\"type\":\"run\",\"program\":\"p\"}}\n", kRun));
  ASSERT_TRUE(results);
  EXPECT_EQ(results->program, "p");
  EXPECT_EQ(results->started, "");
}

TEST(Results, MayEndWithinALine) {
  for (std::size_t size = 0; size < kCell.size(); ++size) {
    const auto results = parse_results(fmt::format("{}\n{}", kLeast, kCell.substr(0, size)));
    ASSERT_TRUE(results) << size;
    EXPECT_EQ(results->cells.size(), 1U) << size;
  }
  EXPECT_EQ(parse_results(fmt::format("{}\n{}", kLeast, kCell))->cells.size(), 2U);
}

TEST(Results, OfNothingAreEmpty) { EXPECT_TRUE(parse_results("")->cells.empty()); }

struct Mistake {
  std::string_view line, said;
};

TEST(Results, NameTheLineOfAMistakeAndWhatWouldBeRight) {
  const std::vector<Mistake> mistakes = {
      {"nonsense", "no JSON object"},
      {"[]", "no JSON object"},
      {R"({"type":"cell","censor":"\ud800"})", "no JSON object"},
      {"{\"type\":\"cell\",\"censor\":\"\xff\"}", "no JSON object"},
      {R"({"type":"cell","goodput":1e999})", "no JSON object"},
      {R"({"censor":"a"})", "'type' is missing"},
      {R"({"type":3})", "'type' takes a text of at most 2000 bytes"},
      {R"({"type":"cell","subject":"b","outcome":"blocked"})", "'censor' is missing"},
      {R"({"type":"cell","censor":"a","outcome":"blocked"})", "'subject' is missing"},
      {R"({"type":"cell","censor":"a","subject":"b"})", "'outcome' is missing"},
      {R"({"type":"cell","censor":"a","subject":"b","outcome":"lost"})",
       "'outcome' takes one of passes, degraded, blocked, skipped"},
      {R"({"type":"cell","censor":"a","subject":"b","outcome":"passes","fetches":3})",
       "'fetches' takes an object"},
      {R"({"type":"cell","censor":"a","subject":"b","outcome":"passes","fetches":{"tried":-1}})",
       "'tried' takes a whole number up to 10000"},
      {R"({"type":"cell","censor":"a","subject":"b","outcome":"passes","fetches":{"tried":1,"done":2}})",
       "'done' takes a number up to 'tried'"},
      {R"({"type":"cell","censor":"a","subject":"b","outcome":"passes","bytes":1.5})",
       "'bytes' takes a whole number"},
      {R"({"type":"cell","censor":"a","subject":"b","outcome":"passes","goodput":"fast"})",
       "'goodput' takes a number that is not below 0"},
      {R"({"type":"cell","censor":"a","subject":"b","outcome":"passes","notice_s":-1})",
       "'notice_s' takes a number that is not below 0"},
      {R"({"type":"cell","censor":"a","subject":"b","outcome":"passes","first_byte_ms":["x"]})",
       "'first_byte_ms' takes numbers and nulls"},
      {R"({"type":"cell","censor":"a","subject":"b","outcome":"passes","timeline":[[1]]})",
       "'timeline' takes pairs"},
      {R"({"type":"cell","censor":"a","subject":"b","outcome":"passes","timeline":[[1,5],[2,4]]})",
       "'timeline' takes pairs"},
      {R"({"type":"cell","censor":"a","subject":"b","outcome":"passes","timeline":[[2,4],[1,5]]})",
       "'timeline' takes pairs"},
  };
  for (const Mistake& each : mistakes) {
    const std::string said = failure_of(fmt::format("{}\n{}\n{}\n", kRun, each.line, kLeast));
    EXPECT_TRUE(said.contains("line 2: ") && said.contains(each.said)) << each.line << ": " << said;
  }
}

std::string with_text(std::size_t size) {
  return fmt::format(R"({{"type":"cell","censor":"a","subject":"b","outcome":"blocked","why":"{}"}})"
                     "\n",
                     std::string(size, 'w'));
}

TEST(Results, HaveTextsAndLinesOfALimit) {
  EXPECT_EQ(failure_of(with_text(2000)), "");
  EXPECT_TRUE(failure_of(with_text(2001)).contains("'why' takes a text"));
  EXPECT_TRUE(failure_of(with_text(kLongestResult)).contains("line 1: longer than 65536 bytes"));
}

std::string with_timeline(std::size_t points) {
  std::string list;
  for (std::size_t i = 0; i < points; ++i) list += fmt::format("{}[{},{}]", i == 0 ? "" : ",", i, i);
  return fmt::format(R"({{"type":"cell","censor":"a","subject":"b","outcome":"passes","timeline":[{}]}})"
                     "\n",
                     list);
}

TEST(Results, HaveTimelinesOfSixtyPointsAtMost) {
  EXPECT_EQ(failure_of(with_timeline(60)), "");
  EXPECT_TRUE(failure_of(with_timeline(61)).contains("'timeline' takes a list of at most 60"));
}

std::string with_names(std::size_t names) {
  std::string text;
  for (std::size_t i = 0; i < names; ++i)
    text += fmt::format(R"({{"type":"cell","censor":"c{}","subject":"b","outcome":"passes"}})"
                        "\n",
                        i);
  return text;
}

TEST(Results, HaveANumberOfNamesThatATableCanShow) {
  EXPECT_EQ(failure_of(with_names(kMostResultNames)), "");
  EXPECT_TRUE(failure_of(with_names(kMostResultNames + 1)).contains("line 401: 'censor'"));
}

TEST(Results, AreRefusedIfTheFileIsHuge) {
  EXPECT_TRUE(failure_of(std::string(kMostResults + 1, '\n')).contains("too large"));
  EXPECT_EQ(failure_of(std::string(1000, '\n')), "");
}

}  // namespace
}  // namespace rozaneh::lab
