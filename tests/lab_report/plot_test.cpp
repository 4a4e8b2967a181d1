// Goodput over time, drawn from timelines.
#include "lab/report/plot.h"

#include "lab_report/sample.h"

namespace rozaneh::lab {
namespace {

Cell with_timeline(std::vector<std::pair<double, double>> timeline, unsigned done = 3) {
  Cell each = cell("one", "http", done == 3 ? Outcome::passes : Outcome::blocked);
  each.done = done;
  each.timeline = std::move(timeline);
  return each;
}

std::string path_of(const std::string& svg) {
  const auto from = svg.find("d=\"") + 3;
  return svg.substr(from, svg.find('"', from) - from);
}

TEST(Plot, HasTheMeanOfEachStretch) {
  const Cell each = with_timeline({{1, 1000}, {2, 1250}, {4, 1250}});
  EXPECT_EQ(top_rate({&each}), 1000);
  // Left edge 4, width 192; bottom 70, height 62 times the root of the share.
  EXPECT_EQ(path_of(plot_svg(each, 1000, "t")), "M4 70v-62h48v31h48v31h96V70");
}

TEST(Plot, PutsBurstsTogether) {
  const Cell each = with_timeline({{0.01, 500}, {0.02, 1000}, {1, 1000}});
  EXPECT_LE(top_rate({&each}), 1000);
}

TEST(Plot, EndsInADotOrInACross) {
  const std::string whole = plot_svg(with_timeline({{1, 1000}}), 1000, "<t>");
  EXPECT_TRUE(whole.contains("class=\"dot\"") && !whole.contains("class=\"stop\""));
  EXPECT_TRUE(whole.contains("aria-label=\"&lt;t&gt;: 1.00 kB in 1.00 s\""));
  const std::string stopped = plot_svg(with_timeline({{1, 1000}}, 0), 1000, "t");
  EXPECT_TRUE(stopped.contains("class=\"stop\"") && stopped.contains("then no more"));
  const std::string some = plot_svg(with_timeline({{1, 1000}}, 1), 1000, "t");
  EXPECT_FALSE(some.contains("class=\"stop\"") || some.contains("class=\"dot\""));
}

TEST(Plot, IsDrawnOfAnything) {
  for (const Cell& each : {with_timeline({}), with_timeline({{0, 0}}), with_timeline({{0, 5}, {0, 5}}),
                           with_timeline({{1e-9, 1e15}, {1e15, 1e15}}), with_timeline({{1e-300, 1e15}})}) {
    const std::string svg = plot_svg(each, top_rate({&each}), "t");
    EXPECT_FALSE(svg.contains("nan") || svg.contains("inf")) << svg;
    EXPECT_TRUE(path_of(svg).starts_with("M4 70"));
  }
}

}  // namespace
}  // namespace rozaneh::lab
