// What happens behind the censor: the subject's programs are started, and its fetches made.
#pragma once

#include "lab/score/fetch.h"
#include "lab/score/placeholders.h"

namespace rozaneh::lab {

struct NearReport {
  std::string failed;  // the lab could not be made; else empty
  std::string late;    // a program of the client's side did not become ready; else empty
  std::vector<FetchRecord> fetches;
};

// On one line, as JSON, and back; nothing for what is no report.
std::string serialize(const NearReport& report);
std::optional<NearReport> parse_near_report(std::string_view line);

struct NearOrder {
  Seconds patience{10};
  unsigned times = 0;  // 0: as the subject says
};

// To be called in the client's network, in a process that may be left without cleaning up: it is the lab that
// ends the programs.
NearReport run_near_side(const SubjectSpec& subject, const NearOrder& order, Placeholders values);

}  // namespace rozaneh::lab
