// JSON, Markdown and SVG: the same as the page.
#include <nlohmann/json.hpp>

#include "lab_report/sample.h"

namespace rozaneh::lab {
namespace {

Report usual() {
  Cell blocked = cell("one", "https", Outcome::blocked);
  blocked.why = "a|b `c` <d>";
  blocked.first_byte_ms = {5.0, std::nullopt, 1.0, 3.0};
  blocked.goodput = 1'234'567;
  blocked.of_uncensored = 0.42;
  blocked.notice_s = 5.01;
  blocked.timeline = {{0.1, 100}};
  return report_of({cell("none", "http", Outcome::passes), cell("one", "http", Outcome::passes), blocked,
                    cell("one", "ssh", Outcome::blocked)});
}

TEST(Json, HoldsAllOfIt) {
  const auto json = nlohmann::json::parse(to_json(usual()));
  EXPECT_EQ(json["program"], "rozaneh 9.9.9");
  EXPECT_EQ(json["subjects"][1]["id"], "https");
  EXPECT_EQ(json["subjects"][0]["passes"], 1);
  ASSERT_EQ(json["censors"].size(), 2U);
  const auto& one = json["censors"][1];
  EXPECT_EQ(one["id"], "one");
  EXPECT_EQ(one["sources"][0]["url"], "https://example.org/paper");
  EXPECT_EQ(one["rules"][0]["packets"][0], "client ↔ server: TCP connection");
  EXPECT_EQ(one["counts"], true);
  EXPECT_EQ(one["controls"][1]["came"], "as said");
  EXPECT_EQ(one["collateral"], nlohmann::json::array({"ssh"}));
  const auto& cell = one["cells"][1];
  EXPECT_EQ(cell["outcome"], "blocked");
  EXPECT_EQ(cell["fetches"]["tried"], 3);
  EXPECT_TRUE(cell["first_byte_ms"][1].is_null());
  EXPECT_EQ(cell["timeline"][0][1], 100);
}

TEST(Markdown, HasTheTableAndEachCensor) {
  const std::string text = to_markdown(usual(), "survival.svg");
  EXPECT_TRUE(text.contains("![The table as a picture](survival.svg)"));
  EXPECT_TRUE(text.contains("| [The censor one](#one) | ✓ | ✗ | ✗ | 1 |"));
  EXPECT_TRUE(text.contains("| **passes, of the censors whose score counts** | 1/1 | 0/1 | 0/1 |"));
  EXPECT_TRUE(text.contains("\n### one\n"));
  EXPECT_TRUE(text.contains("- Source: [A paper](https://example.org/paper)"));
  EXPECT_TRUE(text.contains("1. client ↔ server: TCP connection"));
  EXPECT_TRUE(text.contains("- Innocent traffic that it hit: SSH"));
  EXPECT_TRUE(text.contains("| https | blocked | 0 of 3 | 3.00 ms | 1.23 MB/s | 42 % | 5.01 s | – | 0 |"));
  EXPECT_FALSE(to_markdown(usual(), "").contains("!["));
}

TEST(Markdown, TakesNothingOfOthersForMarkup) {
  const std::string text = to_markdown(usual(), "");
  EXPECT_TRUE(text.contains(R"(a\|b \`c\` &lt;d\>)"));
  // Every row of a table has as many cells as its head.
  const Report hostile = report_of({cell("one", "x|y\n# z", Outcome::passes)});
  EXPECT_EQ(count(to_markdown(hostile, ""), "\n# z"), 0U);
}

TEST(Markdown, MarksScoresThatDoNotCount) {
  const std::string text = to_markdown(report_of({cell("one", "http", Outcome::blocked)}), "");
  EXPECT_TRUE(text.contains("[The censor one](#one) (score does not count)"));
  EXPECT_TRUE(text.contains("- **Its score does not count.**"));
  EXPECT_TRUE(to_markdown(report_of({}), "").contains("Nothing has been tried yet."));
}

TEST(Svg, HasASignForEachCell) {
  const std::string svg = to_svg(usual());
  EXPECT_EQ(count(svg, "<use href=\"#passes\""), 2U + 1);  // and one in the legend
  EXPECT_EQ(count(svg, "<use href=\"#blocked\""), 2U + 1);
  EXPECT_EQ(count(svg, "<use href=\"#skipped\""), 1U);
  EXPECT_TRUE(svg.contains("The censor one"));
  EXPECT_TRUE(svg.contains("rozaneh 9.9.9, 2026-11-21"));
}

}  // namespace
}  // namespace rozaneh::lab
