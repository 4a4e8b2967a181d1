// One subject behind one censor: a lab of its own, from beginning to end.
#pragma once

#include "lab/censor/censor.h"
#include "lab/score/near_side.h"

namespace rozaneh::lab {

// What a subject's far side has told the near one, in {state}.
inline constexpr const char* kValuesFile = "/dev/shm/state/values";
std::string serialize_values(const Placeholders& values);
Placeholders parse_values(std::string_view text);

struct CellOrder {
  SubjectSpec subject;
  std::optional<CensorSpec> censor;  // none: the path without one
  Censor::Options options;
  std::string capture;            // a pcap file to write; "": none
  std::string program;            // this one's file: {rozaneh}
  std::vector<std::string> near;  // the command that calls run_near_side, on the client's side
};

// Its report goes to the standard output: the near side's, or one that says why there is none. Answers an
// exit code.
int run_cell(const CellOrder& order);

}  // namespace rozaneh::lab
