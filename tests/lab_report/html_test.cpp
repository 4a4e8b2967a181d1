// The page: what is in it, and that nothing of others becomes markup.
#include <regex>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "lab/report/files.h"
#include "lab_report/sample.h"

namespace rozaneh::lab {
namespace {

Report usual() {
  Cell blocked = cell("one", "https", Outcome::blocked);
  blocked.why = "timeout";
  blocked.timeline = {{0.1, 1000}, {0.2, 2000}};
  return report_of({cell("none", "http", Outcome::passes), cell("one", "http", Outcome::passes), blocked,
                    cell("one", "ssh", Outcome::degraded, 1)});
}

std::string first_match(const std::string& text, const std::string& pattern) {
  std::smatch found;
  return std::regex_search(text, found, std::regex(pattern)) ? found[1].str() : "";
}

TEST(Page, HasATableWithASignAndAWordInEachCell) {
  const std::string html = to_html(usual());
  EXPECT_TRUE(html.contains(
      R"(data-o="b"><a href="#c-one/https"><svg class="sign" aria-hidden="true"><use href="#b"/></svg><span class="unseen">blocked, 0 of 3 fetches: timeout</span></a>)"));
  EXPECT_TRUE(html.contains(R"(<span class="unseen">passes</span>)"));
  EXPECT_TRUE(html.contains(R"(<span class="unseen">degraded, 1 of 3 fetches</span>)"));
  EXPECT_TRUE(html.contains(R"(<span class="unseen">not tried</span>)"));
  EXPECT_TRUE(html.contains(
      R"(<th scope="row"><a href="#c-one">The censor one</a><small>Iran · 2012-02</small></th>)"));
}

TEST(Page, HasASectionForEachRowToWhichTheTableLeads) {
  const std::string html = to_html(usual());
  EXPECT_EQ(count(html, "<section class=\"censor\""), 2U);
  const std::regex links(R"re(href="#([^"]+)")re");
  for (auto each = std::sregex_iterator(html.begin(), html.end(), links); each != std::sregex_iterator();
       ++each)
    EXPECT_TRUE(html.contains("id=\"" + (*each)[1].str() + "\"")) << (*each)[1];
  EXPECT_TRUE(html.contains(R"(<a href="https://example.org/paper" rel="noreferrer">A paper</a>)"));
  EXPECT_TRUE(html.contains("read in a primary source"));
  EXPECT_TRUE(html.contains("http must pass, and did"));
  EXPECT_TRUE(html.contains("<li>SSH: degraded</li>"));
  EXPECT_EQ(count(html, "<svg class=\"ladder\""), 1U);
  EXPECT_EQ(count(html, "<svg class=\"plot\""), 1U);
}

TEST(Page, SaysWhoseScoreDoesNotCount) {
  EXPECT_FALSE(to_html(usual()).contains("does not count</b>"));
  const std::string html =
      to_html(report_of({cell("one", "http", Outcome::blocked), cell("x", "http", Outcome::passes)}));
  EXPECT_EQ(count(html, "does not count</b>"), 2U);
  EXPECT_TRUE(html.contains("http must pass, and did not. https must be blocked, and was not tried."));
  EXPECT_TRUE(html.contains("this program knows no such censor"));
}

TEST(Page, AllowsNothingButItsOwnScriptAndStyle) {
  const std::string html = to_html(usual());
  EXPECT_TRUE(html.contains("default-src 'none'"));
  const auto source = [](std::string_view text) {
    return "sha256-" + encode_base64(crypto::sha256(bytes_of(text))) + "=";
  };
  EXPECT_EQ(first_match(html, "script-src '([^']+)'"), source(page_js()));
  EXPECT_EQ(first_match(html, "style-src '([^']+)'"), source(page_css()));
  EXPECT_TRUE(html.contains(std::string("<script>").append(page_js()).append("</script>")));
  EXPECT_TRUE(html.contains(std::string("<style>").append(page_css()).append("</style>")));
  EXPECT_FALSE(html.contains(" style="));
  EXPECT_FALSE(html.contains(" src="));
  EXPECT_FALSE(html.contains("{{"));
}

TEST(Page, TakesNothingOfOthersForMarkup) {
  const std::string evil =
      "</style></script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{table}}&";
  CensorSpec spec = censor("one");
  spec.title = spec.mechanism = spec.country = spec.from = spec.until = evil;
  spec.rules[0].name = spec.rules[0].source = evil;
  spec.rules[0].sight.names = {evil};
  spec.sources = {{.text = evil, .url = "javascript:alert(1)"},
                  {.text = evil, .url = "https://e.org/\"onclick=\""}};
  Cell known = cell("one", evil, Outcome::blocked);
  known.why = known.pcap = known.program = evil;
  known.timeline = {{1, 1}};
  const Report report =
      make_report({.program = evil, .started = evil, .cells = {known, cell(evil, "http", Outcome::blocked)}},
                  {{spec}}, {{{.id = evil, .title = evil, .kind = evil, .innocent = true, .year = {}}}});
  const std::string html = to_html(report);
  EXPECT_EQ(count(html, "<script>"), 1U);
  EXPECT_EQ(count(html, "<img"), 0U);
  EXPECT_EQ(count(html, "<a href=\"javascript:"), 0U);
  EXPECT_EQ(count(html, "<table class=\"matrix\""), 1U);
  EXPECT_EQ(count(html, "\"onclick"), 0U);
  EXPECT_EQ(count(to_svg(report), "<script"), 0U);
}

TEST(Page, OfNoResultsSaysSo) {
  const std::string html = to_html(report_of({}));
  EXPECT_TRUE(html.contains("Nothing has been tried yet."));
  EXPECT_TRUE(html.contains("</html>"));
}

TEST(Page, OfAWholeMatrixStaysUnderAMegabyte) {
  std::vector<Cell> cells;
  std::vector<CensorSpec> censors;
  for (int i = 0; i < 31; ++i) {
    censors.push_back(censor("censor-" + std::to_string(i)));
    for (int j = 0; j < 20; ++j) {
      Cell each = cell("censor-" + std::to_string(i), "subject-" + std::to_string(j), Outcome::blocked);
      each.why = "timeout: nothing came for 5 seconds";
      each.pcap = "pcap/censor--subject.pcap";
      for (int k = 0; k < 60; ++k) each.timeline.emplace_back(k * 0.1, k * (k % 7 + 900) * 100);
      cells.push_back(std::move(each));
    }
  }
  EXPECT_LT(to_html(report_of(cells, censors)).size(), 1'000'000U);
}

}  // namespace
}  // namespace rozaneh::lab
