// What is made of results: the table's order, controls, collateral.
#include "lab/report/report.h"

#include "lab_report/sample.h"

namespace rozaneh::lab {
namespace {

using Came = ControlResult::Came;

const ReportRow& row(const Report& report, std::string_view id) {
  return *std::ranges::find(report.rows, id, &ReportRow::id);
}

std::vector<std::string> ids(const Report& report) {
  std::vector<std::string> out;
  for (const ReportRow& each : report.rows) out.push_back(each.id);
  return out;
}

TEST(Report, CountsACellAsItCameOutLast) {
  const Report report =
      report_of({cell("one", "http", Outcome::blocked), cell("one", "http", Outcome::passes)});
  EXPECT_EQ(row(report, "one").cells.at(0)->outcome, Outcome::passes);
}

TEST(Report, HasRowsByDateBehindThePathWithoutACensor) {
  const Report report =
      report_of({cell("unknown", "http", Outcome::passes), cell("late", "http", Outcome::passes),
                 cell("none", "http", Outcome::passes), cell("early", "http", Outcome::passes)},
                {censor("late", "2020"), censor("early", "2011-01"), censor("untried", "2000")});
  EXPECT_EQ(ids(report), (std::vector<std::string>{"none", "early", "late", "unknown"}));
  EXPECT_EQ(report.censors(), 3U);
}

TEST(Report, HasControlsFirstThenOursThenWhatIsNotKnown) {
  const Report report =
      report_of({cell("one", "strange", Outcome::passes), cell("one", "obfs4", Outcome::passes),
                 cell("one", "https", Outcome::passes), cell("one", "http", Outcome::passes)});
  std::vector<std::string> titles;
  for (const ReportedSubject& each : report.subjects) titles.push_back(each.title);
  EXPECT_EQ(titles, (std::vector<std::string>{"HTTP", "HTTPS", "obfs4, ours", "strange"}));
  EXPECT_FALSE(row(report, "one").cells.at(0)->subject.empty());
}

TEST(Report, LeavesCellsEmptyThatWereNotTried) {
  const Report report =
      report_of({cell("none", "http", Outcome::passes), cell("one", "https", Outcome::blocked)});
  EXPECT_FALSE(row(report, "none").cells.at(1));
  EXPECT_FALSE(row(report, "one").cells.at(0));
}

struct ControlCase {
  std::optional<Cell> http, https;
  Came passes, blocked;
};

Cell without_fetches(Cell cell) {
  cell.tried = 0;
  return cell;
}

TEST(Controls, DecideWhetherAScoreCounts) {
  const std::vector<ControlCase> cases = {
      {cell("one", "http", Outcome::passes), cell("one", "https", Outcome::blocked), Came::as_said,
       Came::as_said},
      // Slow is not stopped.
      {cell("one", "http", Outcome::degraded, 3), cell("one", "https", Outcome::degraded, 2), Came::as_said,
       Came::as_said},
      {cell("one", "http", Outcome::degraded, 2), cell("one", "https", Outcome::blocked), Came::otherwise,
       Came::as_said},
      {cell("one", "http", Outcome::blocked), cell("one", "https", Outcome::passes), Came::otherwise,
       Came::otherwise},
      {cell("one", "http", Outcome::passes), cell("one", "https", Outcome::degraded, 3), Came::as_said,
       Came::otherwise},
      {cell("one", "http", Outcome::passes), cell("one", "https", Outcome::skipped), Came::as_said,
       Came::not_tried},
      {std::nullopt, cell("one", "https", Outcome::blocked), Came::not_tried, Came::as_said},
      {cell("one", "http", Outcome::passes), without_fetches(cell("one", "https", Outcome::blocked)),
       Came::as_said, Came::as_said},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    std::vector<Cell> cells;
    if (cases[i].http) cells.push_back(*cases[i].http);
    if (cases[i].https) cells.push_back(*cases[i].https);
    const Report report = report_of(cells);
    const ReportRow& one = row(report, "one");
    ASSERT_EQ(one.controls.size(), 2U);
    EXPECT_EQ(one.controls[0].came, cases[i].passes) << i;
    EXPECT_EQ(one.controls[1].came, cases[i].blocked) << i;
    EXPECT_EQ(one.counts(), cases[i].passes == Came::as_said && cases[i].blocked == Came::as_said) << i;
  }
}

TEST(Controls, AreNotNeededWithoutACensorButOfOneThatIsUnknown) {
  const Report report =
      report_of({cell("none", "http", Outcome::passes), cell("x", "http", Outcome::passes)});
  EXPECT_TRUE(row(report, "none").counts());
  EXPECT_FALSE(row(report, "x").counts());
}

TEST(Collateral, IsInnocentTrafficThatTheFileDoesNotName) {
  const Report report =
      report_of({cell("one", "http", Outcome::degraded, 1), cell("one", "https", Outcome::blocked),
                 cell("one", "ssh", Outcome::blocked), cell("one", "obfs4", Outcome::blocked)});
  std::vector<std::string> hit;
  for (const std::size_t i : row(report, "one").collateral) hit.push_back(report.subjects[i].id);
  EXPECT_EQ(hit, (std::vector<std::string>{"http", "ssh"}));
}

TEST(Collateral, IsNotWhatPassedOrWasSkipped) {
  const Report report =
      report_of({cell("one", "http", Outcome::passes), cell("one", "ssh", Outcome::skipped)});
  EXPECT_TRUE(row(report, "one").collateral.empty());
}

TEST(Totals, AreOfCensorsWhoseScoreCounts) {
  const auto good = [](const std::string& id, Outcome outcome) {
    return std::vector{cell(id, "http", Outcome::passes), cell(id, "https", Outcome::blocked),
                       cell(id, "obfs4", outcome)};
  };
  std::vector<Cell> cells = good("one", Outcome::passes);
  for (const auto& more : {good("two", Outcome::degraded), good("three", Outcome::skipped)})
    cells.insert(cells.end(), more.begin(), more.end());
  cells.push_back(cell("four", "obfs4", Outcome::passes));  // without its controls
  cells.push_back(cell("none", "obfs4", Outcome::passes));
  const Report report = report_of(cells, {censor("one"), censor("two"), censor("three"), censor("four")});
  const ReportedTotal total = report.total(2);
  EXPECT_EQ(report.subjects[2].id, "obfs4");
  EXPECT_EQ(total.passes, 1U);
  EXPECT_EQ(total.tried, 2U);
}

}  // namespace
}  // namespace rozaneh::lab
