#include <gtest/gtest.h>

#include "lab/score/cell.h"
#include "lab/score/near_side.h"

namespace rozaneh::lab {
namespace {

TEST(NearReport, ComesBackAsItWasWritten) {
  NearReport report;
  report.late = "a \"late\" one\n\xff";
  report.fetches.push_back({.done = true,
                            .why = "",
                            .bytes = 5,
                            .first_byte = 0.25,
                            .last_byte = 0.5,
                            .ended = 0.75,
                            .lost = 2,
                            .began = 1.5,
                            .timeline = {{0.25, 1}, {0.5, 5}}});
  report.fetches.emplace_back();
  report.fetches.back().why = "reset";
  const std::string line = serialize(report);
  EXPECT_FALSE(line.contains('\n'));
  const auto back = parse_near_report(line);
  ASSERT_TRUE(back);
  EXPECT_TRUE(back->late.starts_with("a \"late\" one\n"));
  ASSERT_EQ(back->fetches.size(), 2U);
  EXPECT_EQ(back->fetches[0].bytes, 5U);
  EXPECT_EQ(back->fetches[0].first_byte, 0.25);
  EXPECT_EQ(back->fetches[0].lost, 2U);
  EXPECT_EQ(back->fetches[0].timeline, report.fetches[0].timeline);
  EXPECT_EQ(back->fetches[1].first_byte, std::nullopt);
  EXPECT_EQ(back->fetches[1].why, "reset");
}

TEST(NearReport, IsNothingElse) {
  for (const std::string_view line :
       {"", "{}", "[]", "rozaneh: no", R"({"failed":"","late":"","fetches":[{}]})",
        R"({"failed":1,"late":"","fetches":[]})", R"({"failed":"","late":"")"})
    EXPECT_FALSE(parse_near_report(line)) << line;
}

TEST(Values, ComeBackAsTheyWereWritten) {
  const Placeholders values = {
      {"address", "198.51.100.20"}, {"link.obfs4", "rozaneh://a?b=c"}, {"empty", ""}};
  EXPECT_EQ(parse_values(serialize_values(values)), values);
  EXPECT_TRUE(parse_values("").empty());
}

}  // namespace
}  // namespace rozaneh::lab
