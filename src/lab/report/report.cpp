#include "lab/report/report.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "lab/report/text.h"

namespace rozaneh::lab {
namespace {

constexpr std::array<std::string_view, 3> kKinds = {"control", "ours", "peer"};

using Newest = std::map<std::pair<std::string, std::string>, Cell>;

Newest newest_of(std::vector<Cell> cells) {
  Newest newest;
  for (Cell& cell : cells) {
    auto key = std::pair(cell.censor, cell.subject);
    newest.insert_or_assign(std::move(key), std::move(cell));
  }
  return newest;
}

std::size_t rank_of(const std::string& kind) {
  return static_cast<std::size_t>(std::ranges::find(kKinds, kind) - kKinds.begin());  // others last
}

// Those of the list that were tried, then those that the list does not know.
std::vector<ReportedSubject> tried_subjects(const Newest& newest, std::span<const ReportedSubject> known) {
  std::set<std::string> tried;
  for (const auto& [key, cell] : newest) tried.insert(key.second);
  std::array<std::vector<ReportedSubject>, kKinds.size() + 1> by_kind;
  for (const ReportedSubject& each : known)
    if (tried.erase(each.id) > 0) by_kind.at(rank_of(each.kind)).push_back(each);
  for (const std::string& id : tried)
    by_kind.back().push_back({.id = id, .title = id, .kind = "", .innocent = false, .year = {}});
  std::vector<ReportedSubject> subjects;
  for (const auto& group : by_kind) subjects.insert(subjects.end(), group.begin(), group.end());
  return subjects;
}

ReportRow row_of(const std::string& id, std::span<const CensorSpec> censors) {
  ReportRow row;
  row.id = id;
  const auto found = std::ranges::find(censors, id, &CensorSpec::id);
  if (found != censors.end() && !row.is_reference()) row.censor = *found;
  return row;
}

std::vector<ReportRow> tried_rows(const Newest& newest, std::span<const CensorSpec> censors) {
  std::set<std::string> tried;
  for (const auto& [key, cell] : newest) tried.insert(key.first);
  std::vector<ReportRow> rows;
  rows.reserve(tried.size());
  for (const std::string& id : tried) rows.push_back(row_of(id, censors));
  std::ranges::sort(rows, {}, [](const ReportRow& row) {
    return std::tuple(!row.is_reference(), !row.censor, row.censor ? row.censor->from : std::string(),
                      row.id);
  });
  return rows;
}

ControlResult judge(const ReportRow& row, std::span<const ReportedSubject> subjects, const std::string& id,
                    bool must_pass) {
  ControlResult result{.subject = id, .must_pass = must_pass};
  const auto found = std::ranges::find(subjects, id, &ReportedSubject::id);
  if (found == subjects.end()) return result;
  const auto& cell = row.cells[static_cast<std::size_t>(found - subjects.begin())];
  if (!cell || cell->outcome == Outcome::skipped) return result;
  // Nothing is fetched where the subject's own programs did not get through.
  const bool passed = cell->tried > 0 && cell->done == cell->tried;
  result.came = passed == must_pass ? ControlResult::Came::as_said : ControlResult::Came::otherwise;
  return result;
}

bool is_hit(const Cell& cell) {
  return cell.outcome == Outcome::degraded || cell.outcome == Outcome::blocked;
}

void judge(ReportRow& row, std::span<const ReportedSubject> subjects) {
  if (!row.censor) return;
  const Control& control = row.censor->control;
  row.controls = {judge(row, subjects, control.passes, true), judge(row, subjects, control.blocked, false)};
  for (std::size_t i = 0; i < subjects.size(); ++i)
    if (subjects[i].innocent && subjects[i].id != control.blocked && row.cells[i] && is_hit(*row.cells[i]))
      row.collateral.push_back(i);
}

}  // namespace

std::string_view ReportRow::title() const {
  if (is_reference()) return "No censor";
  return censor ? std::string_view(censor->title) : std::string_view(id);
}

bool ReportRow::counts() const {
  const auto as_said = [](const ControlResult& each) { return each.came == ControlResult::Came::as_said; };
  return is_reference() || (!controls.empty() && std::ranges::all_of(controls, as_said));
}

ReportedTotal Report::total(std::size_t subject) const {
  ReportedTotal total;
  for (const ReportRow& row : rows) {
    const auto& cell = row.cells[subject];
    if (row.is_reference() || !row.counts() || !cell || cell->outcome == Outcome::skipped) continue;
    ++total.tried;
    if (cell->outcome == Outcome::passes) ++total.passes;
  }
  return total;
}

std::size_t Report::censors() const {
  return static_cast<std::size_t>(std::ranges::count(rows, false, &ReportRow::is_reference));
}

Report make_report(Results results, std::span<const CensorSpec> censors,
                   std::span<const ReportedSubject> subjects) {
  const Newest newest = newest_of(std::move(results.cells));
  Report report{.program = std::move(results.program),
                .started = std::move(results.started),
                .subjects = tried_subjects(newest, subjects),
                .rows = tried_rows(newest, censors)};
  for (std::size_t i = 0; i < report.rows.size(); ++i) {
    ReportRow& row = report.rows[i];
    row.slug = slug_of(row.id, i);
    for (const ReportedSubject& subject : report.subjects) {
      const auto found = newest.find({row.id, subject.id});
      row.cells.push_back(found == newest.end() ? std::nullopt : std::optional(found->second));
    }
    judge(row, report.subjects);
  }
  return report;
}

}  // namespace rozaneh::lab
