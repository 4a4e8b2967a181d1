// What a rule does, out of the TOML table of the rule.
#pragma once

#include "base/toml_table.h"
#include "lab/censor/spec.h"

namespace rozaneh::lab {

inline constexpr double kLongestSeconds = 1e7;  // a season

inline Moment toml_seconds(double count) {
  return std::chrono::duration_cast<Moment>(std::chrono::duration<double>(count));
}

// Takes the keys of the action from the table; the others are the caller's.
Action read_action(TomlTable& table);

}  // namespace rozaneh::lab
