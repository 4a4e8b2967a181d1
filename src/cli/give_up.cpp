#include "cli/give_up.h"

#include "cli/exit_code.h"
#include "io/error.h"
#include "transport/setup_error.h"

namespace rozaneh::cli {

int give_up(Console& console, const Error& error) {
  console.error("{}", error.message());
  const bool of_this_machine =
      error.layer() == layer_of(io::IoError::other) || error.is(transport::SetupError::state);
  return of_this_machine ? kFailed : kUsage;
}

}  // namespace rozaneh::cli
