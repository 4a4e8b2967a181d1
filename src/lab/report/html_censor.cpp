#include <fmt/format.h>

#include <algorithm>

#include "lab/report/figures.h"
#include "lab/report/html.h"
#include "lab/report/ladder.h"
#include "lab/report/plot.h"
#include "lab/report/text.h"

namespace rozaneh::lab {
namespace {

std::string turn(const Report& report, std::size_t index) {
  const auto link = [&report](std::size_t to, std::string_view before, std::string_view after) {
    return fmt::format(R"(<a href="#{}">{}{}{}</a>)", address_of(report.rows[to]), before,
                       escape_html(shorten(report.rows[to].title(), 40)), after);
  };
  std::string out = R"(<nav class="turn" aria-label="Censors"><a href="#overview">All censors</a>)";
  if (index > 0) out += link(index - 1, "← ", "");
  if (index + 1 < report.rows.size()) out += link(index + 1, "", " →");
  return out + "</nav>";
}

std::string facts(const ReportRow& row) {
  if (!row.censor) return fmt::format("<code>{}</code>", escape_html(row.id));
  const CensorSpec& censor = *row.censor;
  std::string out = censor.country.empty() ? "" : escape_html(country_name(censor.country)) + " · ";
  if (!censor.from.empty()) out += escape_html(dates_text(censor)) + " · ";
  out += fmt::format("<code>{}</code>", escape_html(row.id));
  if (censor.bold) out += " · part of every test run";
  return out;
}

std::string warning(const ReportRow& row) {
  if (row.counts()) return "";
  if (row.controls.empty())
    return R"(<p class="warn"><strong>Its score does not count:</strong> this program knows no such censor, and so no controls of it.</p>)";
  std::string out = R"(<p class="warn"><strong>Its score does not count:</strong>)";
  for (const ControlResult& control : row.controls)
    if (control.came != ControlResult::Came::as_said) out += " " + escape_html(control_text(control)) + ".";
  return out + "</p>";
}

std::string sources(const CensorSpec& censor) {
  std::string out = "<h3>Sources</h3><ul>";
  for (const Source& source : censor.sources) {
    const std::string text = escape_html(source.text.empty() ? source.url : source.text);
    out += is_web_address(source.url) ? fmt::format(R"(<li><a href="{}" rel="noreferrer">{}</a></li>)",
                                                    escape_html(source.url), text)
                                      : fmt::format("<li>{}</li>", text);
  }
  return out + "</ul>";
}

std::string rules(const CensorSpec& censor) {
  std::string out = "<h3>How far each fact can be trusted</h3><ul>";
  for (const CensorRule& rule : censor.rules) {
    out += fmt::format("<li>{}: {}", escape_html(rule.name), confidence_text(rule.confidence));
    if (!rule.source.empty()) out += fmt::format(" ({})", escape_html(rule.source));
    out += "</li>";
  }
  return out + "</ul>";
}

std::string controls(const ReportRow& row) {
  std::string out = "<h3>Controls</h3><ul>";
  for (const ControlResult& control : row.controls)
    out += fmt::format("<li>{}</li>", escape_html(control_text(control)));
  return out + "</ul>";
}

std::string collateral(const Report& report, const ReportRow& row) {
  std::string out = "<h3>Innocent traffic that it hit</h3>";
  if (row.collateral.empty()) return out + "<p>None of what was tried.</p>";
  out += "<ul>";
  for (const std::size_t i : row.collateral)
    if (const auto& cell = row.cells[i])
      out += fmt::format("<li>{}: {}</li>", escape_html(report.subjects[i].title), name_of(cell->outcome));
  return out + "</ul>";
}

std::string ladders(const CensorSpec& censor) {
  std::string out = R"(<div class="ladders">)";
  for (const CensorRule& rule : censor.rules)
    out += fmt::format("<figure><figcaption>{}</figcaption>{}</figure>", escape_html(rule.name),
                       ladder_svg(ladder_of(rule), rule.name));
  return out + "</div>";
}

std::string about(const Report& report, const ReportRow& row) {
  if (row.is_reference()) return "<p>The path without a censor, against which all others are measured.</p>";
  if (!row.censor) return "";
  const CensorSpec& censor = *row.censor;
  return fmt::format(R"(<div class="about"><div><p class="mechanism">{}</p>{}{}{}{}</div>{}</div>)",
                     escape_html(censor.mechanism), sources(censor), rules(censor), controls(row),
                     collateral(report, row), ladders(censor));
}

std::string figures_row(const Report& report, const ReportRow& row, std::size_t subject, const Cell& cell) {
  const ReportedSubject& about = report.subjects[subject];
  const CellFigures f = figures_of(cell);
  const bool says_why = cell.outcome != Outcome::passes && !cell.why.empty();
  return fmt::format(
      R"(<tr id="{}" tabindex="-1"><th scope="row">{}<small>{}</small></th><td class="outcome" data-o="{}">{} {}{}</td>)"
      R"(<td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td class="file">{}</td></tr>)"
      "\n",
      address_of(row, report, subject), escape_html(about.title),
      about.title == about.id ? "" : escape_html(about.id), letter_of(cell.outcome), sign_of(cell.outcome),
      name_of(cell.outcome), says_why ? fmt::format("<small>{}</small>", escape_html(cell.why)) : "",
      f.fetches, f.bytes, f.first_byte, f.goodput, f.of_uncensored, f.notice, f.recover, f.streams_lost,
      escape_html(cell.pcap));
}

std::string figures_table(const Report& report, const ReportRow& row) {
  std::string out =
      R"(<h3>Each subject</h3><div class="scroller" role="region" aria-label="Figures of each subject" tabindex="0">)"
      R"(<table class="figures"><thead><tr>)";
  for (const std::string_view head : {"Subject", "Outcome", "Fetches done", "Bytes", "First byte", "Goodput",
                                      "Of uncensored", "To notice", "To recover", "Streams lost", "Capture"})
    out += fmt::format(R"(<th scope="col">{}</th>)", head);
  out += "</tr></thead><tbody>\n";
  for (std::size_t i = 0; i < row.cells.size(); ++i)
    if (row.cells[i]) out += figures_row(report, row, i, *row.cells[i]);
  return out + "</tbody></table></div>";
}

std::string plots(const Report& report, const ReportRow& row) {
  std::vector<const Cell*> drawn;
  for (const auto& cell : row.cells)
    if (cell && !cell->timeline.empty()) drawn.push_back(&*cell);
  if (drawn.empty()) return "";
  const double top = top_rate(drawn);
  std::string out = fmt::format(
      R"(<h3>Goodput over time</h3><p class="key">The first fetch of each. The top of all is {}, on a scale of square roots; )"
      R"(the right end is each one’s own time. A dot: all came; a cross: no more came.</p><div class="plots">)",
      rate_text(top));
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    if (!row.cells[i] || row.cells[i]->timeline.empty()) continue;
    const std::string& title = report.subjects[i].id;
    out += fmt::format(R"(<figure data-o="{}"><figcaption>{}</figcaption>{}</figure>)",
                       letter_of(row.cells[i]->outcome), escape_html(shorten(title, 34)),
                       plot_svg(*row.cells[i], top, title));
  }
  return out + "</div>";
}

}  // namespace

std::string censor_section(const Report& report, std::size_t index) {
  const ReportRow& row = report.rows[index];
  return fmt::format(
      "<section class=\"censor\" id=\"{0}\">{1}<h2 tabindex=\"-1\">{2}</h2><p "
      "class=\"facts\">{3}</p>{4}{5}{6}{7}</section>\n",
      address_of(row), turn(report, index), escape_html(row.title()), facts(row), warning(row),
      about(report, row), figures_table(report, row), plots(report, row));
}

}  // namespace rozaneh::lab
