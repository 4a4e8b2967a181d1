// Text of others in documents of ours, and figures as people read them.
#include "lab/report/text.h"

#include "lab/report/figures.h"
#include "lab_report/sample.h"

namespace rozaneh::lab {
namespace {

using Lines = std::vector<std::string>;

TEST(EscapeHtml, LeavesNoMarkupAndNoControlCharacters) {
  EXPECT_EQ(escape_html("<a href=\"x\" b='y'>&amp;"), "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;");
  EXPECT_EQ(escape_html(std::string_view("a\0b\x1b\x7f\n\tc", 8)), "a?b??  c");
  EXPECT_EQ(escape_html("روزنه"), "روزنه");
}

TEST(EscapeMarkdown, LeavesNoMarkupAndOneLine) {
  EXPECT_EQ(escape_markdown("[a](b) *c* _d_ `e` | <f> # g\nh"),
            R"(\[a\]\(b\) \*c\* \_d\_ \`e\` \| &lt;f\> \# g h)");
  EXPECT_EQ(escape_markdown("\\|"), R"(\\\|)");
}

TEST(WebAddress, IsOfHttpAndHasNoQuotesOrSpaces) {
  EXPECT_TRUE(is_web_address("https://example.org/a?b=c&d#e"));
  EXPECT_TRUE(is_web_address("http://192.0.2.1/"));
  for (const std::string_view wrong :
       {"", "javascript:alert(1)", "data:text/html,x", "//example.org", " https://example.org",
        "https://example.org/\"", "https://example.org/a b", "https://example.org/)",
        "https://example.org/\xc3\xa9", "HTTPS://example.org"})
    EXPECT_FALSE(is_web_address(wrong)) << wrong;
}

TEST(Slug, IsTheNameWhereThatFits) {
  EXPECT_EQ(slug_of("iran-2012-02", 7), "iran-2012-02");
  EXPECT_EQ(slug_of("https-1.3", 7), "https-1.3");
  for (const std::string_view strange : {"", "a b", "A", "x/y", "_7", "é"})
    EXPECT_EQ(slug_of(strange, 7), "_7");
}

TEST(Wrap, BreaksAtSpacesAndElseWithin) {
  EXPECT_EQ(wrap("one two three", 7), (Lines{"one two", "three"}));
  EXPECT_EQ(wrap("abcdefghij", 4), (Lines{"abcd", "efgh", "ij"}));
  EXPECT_EQ(wrap("ééééé", 2), (Lines{"éé", "éé", "é"}));
  EXPECT_EQ(wrap("", 4), Lines{});
}

TEST(Shorten, CountsCharacters) {
  EXPECT_EQ(shorten("ééé", 3), "ééé");
  EXPECT_EQ(shorten("éééé", 3), "éé…");
}

TEST(Figures, HaveThreeDigits) {
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(999), "999 B");
  EXPECT_EQ(bytes_text(1000), "1.00 kB");
  EXPECT_EQ(bytes_text(999'600), "1.00 MB");
  EXPECT_EQ(rate_text(12'340'000), "12.3 MB/s");
  EXPECT_EQ(seconds_text(0.0124), "12 ms");
  EXPECT_EQ(seconds_text(180), "180 s");
}

TEST(Dates, AreOneIfTheyAreTheSame) {
  CensorSpec spec = censor("one");
  EXPECT_EQ(dates_text(spec), "2012-02");
  spec.until = "2012-03";
  EXPECT_EQ(dates_text(spec), "2012-02 to 2012-03");
  spec.until = spec.from;
  EXPECT_EQ(dates_text(spec), "2012-02");
}

}  // namespace
}  // namespace rozaneh::lab
