// A setting that does not fit.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"

namespace rozaneh::cli {

struct Misfit {
  std::string key;  // the option's long name
  Error error;
};

using Misfits = std::vector<Misfit>;

}  // namespace rozaneh::cli
