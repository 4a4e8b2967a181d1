#include "lab/report/html.h"

#include <fmt/format.h>

#include <array>
#include <set>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "lab/report/figures.h"
#include "lab/report/files.h"
#include "lab/report/text.h"

namespace rozaneh::lab {
namespace {

using Places = std::map<std::string_view, std::string>;

// The skeleton with its places filled; what is put in is not looked at again.
std::string fill(std::string_view skeleton, const Places& places) {
  std::string out;
  for (;;) {
    const auto open = skeleton.find("{{");
    if (open == std::string_view::npos) return out.append(skeleton);
    const auto close = skeleton.find("}}", open);
    out.append(skeleton.substr(0, open)).append(places.at(skeleton.substr(open + 2, close - open - 2)));
    skeleton.remove_prefix(close + 2);
  }
}

// What a Content-Security-Policy allows by its hash.
std::string hash_source(std::string_view text) {
  return "sha256-" + encode_base64(crypto::sha256(bytes_of(text))) + "=";
}

std::string_view kind_title(std::string_view kind) {
  if (kind == "control") return "Controls";
  if (kind == "ours") return "Ours";
  return kind == "peer" ? "Others’ tools" : "Other";
}

std::string kind_row(const Report& report) {
  std::string out = R"(<tr class="kinds"><td></td>)";
  for (std::size_t i = 0; i < report.subjects.size();) {
    const std::string_view title = kind_title(report.subjects[i].kind);
    std::size_t end = i;
    while (end < report.subjects.size() && kind_title(report.subjects[end].kind) == title) ++end;
    out += fmt::format(R"(<th scope="colgroup" colspan="{}" data-k="{}">{}</th>)", end - i,
                       escape_html(report.subjects[i].kind), title);
    i = end;
  }
  return out + "<td></td></tr>";
}

std::string subject_row(const Report& report) {
  std::string out = R"(<tr class="subjects"><th scope="col">Censor</th>)";
  for (const ReportedSubject& subject : report.subjects)
    out += fmt::format(R"(<th scope="col" data-k="{}" title="{}{}"><span>{}</span></th>)",
                       escape_html(subject.kind), escape_html(subject.title),
                       subject.innocent ? " (innocent)" : "", escape_html(shorten(subject.id, 34)));
  return out + R"(<th scope="col" class="hits"><span>innocent traffic hit</span></th></tr>)";
}

std::string year_of(std::string_view date) { return std::string(date.substr(0, 4)); }

std::string row_head(const ReportRow& row) {
  std::string note;
  if (row.censor) note = fmt::format("{} · {}", country_name(row.censor->country), dates_text(*row.censor));
  note = escape_html(note);
  if (!row.counts()) note += R"( <b class="void">does not count</b>)";
  return fmt::format(R"(<th scope="row"><a href="#{}">{}</a><small>{}</small></th>)", address_of(row),
                     escape_html(row.title()), note);
}

std::string cell_of(const Report& report, const ReportRow& row, std::size_t subject) {
  const std::string kind = escape_html(report.subjects[subject].kind);
  const auto& cell = row.cells[subject];
  if (!cell) return fmt::format(R"(<td data-k="{}"><span class="unseen">not tried</span></td>)", kind);
  return fmt::format(R"(<td data-k="{}" data-o="{}"><a href="#{}">{}<span class="unseen">{}</span></a></td>)",
                     kind, letter_of(cell->outcome), address_of(row, report, subject), sign_of(cell->outcome),
                     escape_html(shorten(outcome_text(*cell), 160)));
}

std::string table_row(const Report& report, const ReportRow& row) {
  std::string out = row.is_reference() ? R"(<tr class="reference">)" : "<tr";
  if (!row.is_reference()) {
    const CensorSpec known = row.censor.value_or(CensorSpec());
    out += fmt::format(R"( data-c="{}" data-from="{}" data-until="{}"{}>)", escape_html(known.country),
                       escape_html(year_of(known.from)),
                       escape_html(year_of(known.until.empty() ? known.from : known.until)),
                       row.counts() ? "" : R"( class="uncounted")");
  }
  out += row_head(row);
  for (std::size_t i = 0; i < report.subjects.size(); ++i) out += cell_of(report, row, i);
  return out + fmt::format(R"(<td class="hits">{}</td></tr>)"
                           "\n",
                           row.is_reference() ? std::string() : fmt::format("{}", row.collateral.size()));
}

std::string totals_row(const Report& report) {
  std::string out = R"(<tr><th scope="row">Passes<small>of the censors whose score counts</small></th>)";
  for (std::size_t i = 0; i < report.subjects.size(); ++i) {
    const ReportedTotal total = report.total(i);
    out += fmt::format(R"(<td data-k="{}"><b>{}</b><small>of {}</small></td>)",
                       escape_html(report.subjects[i].kind), total.passes, total.tried);
  }
  return out + "<td></td></tr>";
}

std::string table(const Report& report) {
  if (report.rows.empty()) return "<p>Nothing has been tried yet.</p>";
  std::string out =
      R"(<div class="scroller" role="region" aria-label="Table of outcomes" tabindex="0"><table class="matrix">)"
      R"(<caption class="unseen">A row for each censor, a column for each subject</caption><thead>)";
  out += kind_row(report) + subject_row(report) + "</thead>\n<tbody>\n";
  for (const ReportRow& row : report.rows) out += table_row(report, row);
  return out + "</tbody>\n<tfoot>" + totals_row(report) + "</tfoot></table></div>";
}

std::string option(std::string_view value, std::string_view text) {
  return fmt::format(R"(<option value="{}">{}</option>)", escape_html(value), escape_html(text));
}

std::string years(const Report& report, bool first) {
  std::set<std::string> all;
  for (const ReportRow& row : report.rows)
    if (row.censor) all.insert(year_of(row.censor->from));
  std::string out = option("", first ? "first" : "last");
  for (const std::string& year : all) out += option(year, year);
  return out;
}

std::string countries(const Report& report) {
  std::map<std::string, std::string> by_name;
  for (const ReportRow& row : report.rows)
    if (row.censor) by_name.emplace(country_name(row.censor->country), row.censor->country);
  std::string out = option("", "all");
  for (const auto& [name, code] : by_name) out += option(code, name);
  return out;
}

std::string kinds(const Report& report) {
  std::string out;
  std::set<std::string> seen;
  for (const ReportedSubject& subject : report.subjects)
    if (seen.insert(subject.kind).second)
      out += fmt::format(R"(<label><input type="checkbox" name="kind" value="{}" checked> {}</label>)",
                         escape_html(subject.kind), kind_title(subject.kind));
  return out;
}

std::string run_line(const Report& report) {
  std::string line = fmt::format("{} censors, {} subjects", report.censors(), report.subjects.size());
  if (!report.program.empty()) line += fmt::format(" · {}", report.program);
  if (!report.started.empty()) line += fmt::format(" · {}", report.started.substr(0, 10));
  return escape_html(line);
}

}  // namespace

std::string_view letter_of(Outcome outcome) { return name_of(outcome).substr(0, 1); }

std::string sign_of(Outcome outcome) {
  return fmt::format(R"(<svg class="sign" aria-hidden="true"><use href="#{}"/></svg>)", letter_of(outcome));
}

std::string address_of(const ReportRow& row) { return "c-" + row.slug; }

std::string address_of(const ReportRow& row, const Report& report, std::size_t subject) {
  return fmt::format("c-{}/{}", row.slug, slug_of(report.subjects[subject].id, subject));
}

std::string to_html(const Report& report) {
  std::string sections;
  for (std::size_t i = 0; i < report.rows.size(); ++i) sections += censor_section(report, i);
  return fill(page_html(), {{"style", std::string(page_css())},
                            {"script", std::string(page_js())},
                            {"style-hash", hash_source(page_css())},
                            {"script-hash", hash_source(page_js())},
                            {"run", run_line(report)},
                            {"first-years", years(report, true)},
                            {"last-years", years(report, false)},
                            {"countries", countries(report)},
                            {"kinds", kinds(report)},
                            {"table", table(report)},
                            {"sections", sections}});
}

}  // namespace rozaneh::lab
