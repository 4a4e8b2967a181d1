// The censors that the program brings along: the files of censors/, as they were when it was built.
#pragma once

#include <functional>

#include "lab/censor/spec.h"

namespace rozaneh::lab {

// In the order of their dates.
Result<std::vector<CensorSpec>> all_censors();

// One of them by its name; the failure names those that there are.
Result<CensorSpec> find_censor(std::string_view name);

// Brings in the rules of those that it is said to stand on one path with, and of theirs, each once. A censor
// that is, by whatever way, its own companion is refused.
Result<CensorSpec> with_companions(CensorSpec spec);

// The same with the companions from elsewhere: `find` gives a censor by its name, without its companions'
// rules.
using FindCensor = std::function<Result<CensorSpec>(std::string_view name)>;
Result<CensorSpec> with_companions(CensorSpec spec, const FindCensor& find);

}  // namespace rozaneh::lab
