// A cell as JSON: what lines of results.jsonl and the report's JSON have in common.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "lab/report/results.h"

namespace rozaneh::lab {

// All but the censor, which the report has around it.
nlohmann::ordered_json fields_of(const Cell& cell);

}  // namespace rozaneh::lab
