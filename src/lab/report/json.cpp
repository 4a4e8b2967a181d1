#include <nlohmann/json.hpp>

#include "lab/report/cell_json.h"
#include "lab/report/figures.h"
#include "lab/report/ladder.h"
#include "lab/report/report.h"

namespace rozaneh::lab {
namespace {

using json = nlohmann::ordered_json;

json of(const ReportedSubject& subject, const ReportedTotal& total) {
  return {{"id", subject.id},
          {"title", subject.title},
          {"kind", subject.kind},
          {"innocent", subject.innocent},
          {"year", subject.year ? json(*subject.year) : json()},
          {"passes", total.passes},
          {"tried", total.tried}};
}

json of(const CensorRule& rule) {
  json steps = json::array();
  for (const LadderStep& step : ladder_of(rule)) steps.push_back(sentence_of(step));
  return {{"name", rule.name},
          {"confidence", confidence_text(rule.confidence)},
          {"source", rule.source},
          {"packets", std::move(steps)}};
}

json of(const CensorSpec& censor) {
  json sources = json::array();
  for (const Source& source : censor.sources) sources.push_back({{"text", source.text}, {"url", source.url}});
  json rules = json::array();
  for (const CensorRule& rule : censor.rules) rules.push_back(of(rule));
  return {{"country", censor.country}, {"from", censor.from},           {"until", censor.until},
          {"bold", censor.bold},       {"mechanism", censor.mechanism}, {"sources", std::move(sources)},
          {"rules", std::move(rules)}};
}

std::string_view name_of(ControlResult::Came came) {
  if (came == ControlResult::Came::not_tried) return "not tried";
  return came == ControlResult::Came::as_said ? "as said" : "otherwise";
}

json of(const ReportRow& row, const Report& report) {
  json controls = json::array();
  for (const ControlResult& each : row.controls)
    controls.push_back({{"subject", each.subject},
                        {"must", each.must_pass ? "pass" : "be blocked"},
                        {"came", name_of(each.came)}});
  json collateral = json::array();
  for (const std::size_t i : row.collateral) collateral.push_back(report.subjects[i].id);
  json cells = json::array();
  for (const auto& cell : row.cells)
    if (cell) cells.push_back(fields_of(*cell));
  json out = {{"id", row.id}, {"title", row.title()}};
  if (row.censor) out.update(of(*row.censor));
  out.update({{"counts", row.counts()},
              {"controls", std::move(controls)},
              {"collateral", std::move(collateral)},
              {"cells", std::move(cells)}});
  return out;
}

}  // namespace

std::string to_json(const Report& report) {
  json subjects = json::array();
  for (std::size_t i = 0; i < report.subjects.size(); ++i)
    subjects.push_back(of(report.subjects[i], report.total(i)));
  json rows = json::array();
  for (const ReportRow& row : report.rows) rows.push_back(of(row, report));
  const json all = {{"program", report.program},
                    {"started", report.started},
                    {"subjects", std::move(subjects)},
                    {"censors", std::move(rows)}};
  return all.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
}

}  // namespace rozaneh::lab
