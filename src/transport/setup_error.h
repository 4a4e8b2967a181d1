// Why a transport could not be made.
#pragma once

#include "base/error.h"

namespace rozaneh::transport {

enum class SetupError {
  arguments,  // of the link, the bridge line or the configuration
  state,      // what an earlier run has kept cannot be used
};

std::string_view layer_of(SetupError error);
std::string_view describe(SetupError error);

// A failure of SetupError::arguments: which transport's, and what is wrong, in a plain sentence.
std::unexpected<Error> wrong_argument(std::string_view transport, std::string_view what);

}  // namespace rozaneh::transport
