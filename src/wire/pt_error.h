// What can be wrong in what Tor hands to a managed transport.
#pragma once

#include "base/error.h"

namespace rozaneh {

enum class PtError {
  arguments,
  arguments_too_long,
  options,
  transports,
  bind_addresses,
};

std::string_view layer_of(PtError);
std::string_view describe(PtError);

}  // namespace rozaneh
