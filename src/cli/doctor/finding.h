// What `rozaneh doctor` has found.
#pragma once

#include <string>
#include <vector>

namespace rozaneh::doctor {

enum class Severity { fine, warning, error };

struct Finding {
  std::string check;  // "clock": for programs, always the same
  Severity severity = Severity::fine;
  std::string what;    // a sentence
  std::string advice;  // what to do; only where something is to be done
};

using Findings = std::vector<Finding>;

}  // namespace rozaneh::doctor
