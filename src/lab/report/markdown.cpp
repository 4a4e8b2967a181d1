#include <fmt/format.h>

#include "lab/report/figures.h"
#include "lab/report/ladder.h"
#include "lab/report/text.h"

namespace rozaneh::lab {
namespace {

std::string_view sign_of(const std::optional<Cell>& cell) {
  if (!cell) return " ";
  switch (cell->outcome) {
    case Outcome::passes:
      return "✓";
    case Outcome::degraded:
      return "~";
    case Outcome::blocked:
      return "✗";
    case Outcome::skipped:
      break;
  }
  return "·";
}

std::string linked(const ReportRow& row) {
  // A heading's address is made of its text, so only names that are fit for one are headings.
  const std::string title = escape_markdown(row.title());
  return row.slug == row.id ? fmt::format("[{}](#{})", title, heading_address(row.id)) : title;
}

std::string table(const Report& report) {
  std::string out = "| censor |";
  std::string rule = "| --- |";
  for (const ReportedSubject& subject : report.subjects) {
    out += fmt::format(" {} |", escape_markdown(subject.id));
    rule += " :-: |";
  }
  out += " innocent traffic hit |\n" + rule + " :-: |\n";
  for (const ReportRow& row : report.rows) {
    out += fmt::format("| {}{} |", linked(row), row.counts() ? "" : " (score does not count)");
    for (const auto& cell : row.cells) out += fmt::format(" {} |", sign_of(cell));
    out += row.is_reference() ? "  |\n" : fmt::format(" {} |\n", row.collateral.size());
  }
  out += "| **passes, of the censors whose score counts** |";
  for (std::size_t i = 0; i < report.subjects.size(); ++i) {
    const ReportedTotal total = report.total(i);
    out += fmt::format(" {}/{} |", total.passes, total.tried);
  }
  return out + "  |\n";
}

std::string subjects(const Report& report) {
  std::string out = "## Subjects\n\n| subject | is | innocent |\n| --- | --- | :-: |\n";
  for (const ReportedSubject& subject : report.subjects)
    out += fmt::format("| {} | {} | {} |\n", escape_markdown(subject.id), escape_markdown(subject.title),
                       subject.innocent ? "yes" : "");
  return out;
}

std::string sources(const CensorSpec& censor) {
  std::string out;
  for (const Source& source : censor.sources) {
    const std::string text = escape_markdown(source.text.empty() ? source.url : source.text);
    out += is_web_address(source.url) ? fmt::format("- Source: [{}]({})\n", text, source.url)
                                      : fmt::format("- Source: {}\n", text);
  }
  return out;
}

std::string rules(const CensorSpec& censor) {
  std::string out;
  for (const CensorRule& rule : censor.rules) {
    out += fmt::format("\nRule “{}” ({}):\n\n", escape_markdown(rule.name), confidence_text(rule.confidence));
    unsigned number = 1;
    for (const LadderStep& step : ladder_of(rule))
      out += fmt::format("{}. {}\n", number++, escape_markdown(sentence_of(step)));
  }
  return out;
}

std::string judged(const Report& report, const ReportRow& row) {
  if (row.is_reference()) return "The path without a censor, against which all others are measured.\n";
  std::string out;
  for (const ControlResult& control : row.controls)
    out += fmt::format("- Control: {}\n", escape_markdown(control_text(control)));
  if (!row.counts()) out += "- **Its score does not count.**\n";
  std::string hit;
  for (const std::size_t i : row.collateral)
    hit += (hit.empty() ? "" : ", ") + escape_markdown(report.subjects[i].title);
  return out +
         fmt::format("- Innocent traffic that it hit: {}\n", hit.empty() ? "none of what was tried" : hit);
}

std::string figures(const Report& report, const ReportRow& row) {
  std::string out =
      "\n| subject | outcome | fetches | first byte | goodput | of uncensored | to notice | to recover | "
      "streams lost | why |\n"
      "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    if (!row.cells[i]) continue;
    const Cell& cell = *row.cells[i];
    const CellFigures f = figures_of(cell);
    const bool passes = cell.outcome == Outcome::passes;
    out += fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n",
                       escape_markdown(report.subjects[i].id), name_of(cell.outcome), f.fetches, f.first_byte,
                       f.goodput, f.of_uncensored, f.notice, f.recover, f.streams_lost,
                       passes ? "" : escape_markdown(cell.why));
  }
  return out;
}

std::string section(const Report& report, const ReportRow& row) {
  const bool named = row.slug == row.id;
  std::string out = fmt::format("\n### {}\n\n", named ? row.id : escape_markdown(row.id));
  out += fmt::format("**{}**", escape_markdown(row.title()));
  if (row.censor) {
    out += fmt::format(" ({}, {})\n\n{}\n\n", escape_markdown(country_name(row.censor->country)),
                       escape_markdown(dates_text(*row.censor)), escape_markdown(row.censor->mechanism));
    out += sources(*row.censor);
  } else {
    out += "\n\n";
  }
  out += judged(report, row);
  if (row.censor) out += rules(*row.censor);
  return out + figures(report, row);
}

}  // namespace

std::string to_markdown(const Report& report, std::string_view picture) {
  std::string out = "# What gets through which censor\n\n";
  out += fmt::format("{} censors, {} subjects", report.censors(), report.subjects.size());
  if (!report.program.empty()) out += fmt::format("; {}", escape_markdown(report.program));
  if (!report.started.empty()) out += fmt::format("; {}", escape_markdown(report.started.substr(0, 10)));
  out += ".\n\n";
  if (report.rows.empty()) return out + "Nothing has been tried yet.\n";
  if (!picture.empty()) out += fmt::format("![The table as a picture]({})\n\n", picture);
  out +=
      "✓ passes; ~ degraded: some fetches done, or under half the speed; ✗ blocked; · skipped: its "
      "program is\n"
      "not installed, or does not work even without a censor.\n\n";
  out += table(report) + "\n" + subjects(report) + "\n## Each censor\n";
  for (const ReportRow& row : report.rows) out += section(report, row);
  return out;
}

}  // namespace rozaneh::lab
