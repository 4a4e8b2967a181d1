// Small results, and censors and subjects to go with them.
#pragma once

#include <gtest/gtest.h>

#include "lab/report/report.h"

namespace rozaneh::lab {

inline Cell cell(std::string censor, std::string subject, Outcome outcome, unsigned done = 0) {
  Cell cell;
  cell.censor = std::move(censor);
  cell.subject = std::move(subject);
  cell.outcome = outcome;
  cell.tried = outcome == Outcome::skipped ? 0 : 3;
  cell.done = outcome == Outcome::passes ? 3 : done;
  return cell;
}

// It lets `http` pass and blocks `https`; drops both ways.
inline CensorSpec censor(std::string id, std::string from = "2012-02") {
  CensorSpec spec;
  spec.id = std::move(id);
  spec.title = "The censor " + spec.id;
  spec.country = "IR";
  spec.from = std::move(from);
  spec.mechanism = "It does so.";
  spec.control = {.passes = "http", .blocked = "https"};
  spec.sources = {{.text = "A paper", .url = "https://example.org/paper"}};
  CensorRule rule;
  rule.name = "TLS";
  rule.sight.what = "tls-client-hello";
  rule.action.drop_up = rule.action.drop_down = true;
  rule.confidence = Confidence::primary;
  spec.rules = {rule};
  return spec;
}

inline const std::vector<ReportedSubject>& subjects() {
  static const std::vector<ReportedSubject> all = {
      {.id = "obfs4", .title = "obfs4, ours", .kind = "ours", .innocent = false, .year = 2014},
      {.id = "http", .title = "HTTP", .kind = "control", .innocent = true, .year = {}},
      {.id = "https", .title = "HTTPS", .kind = "control", .innocent = true, .year = {}},
      {.id = "ssh", .title = "SSH", .kind = "control", .innocent = true, .year = {}}};
  return all;
}

inline Report report_of(std::vector<Cell> cells, std::vector<CensorSpec> censors = {censor("one")}) {
  return make_report(
      {.program = "rozaneh 9.9.9", .started = "2026-11-21T08:40:00Z", .cells = std::move(cells)}, censors,
      subjects());
}

inline std::size_t count(std::string_view text, std::string_view word) {
  std::size_t times = 0;
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) ++times;
  return times;
}

}  // namespace rozaneh::lab
