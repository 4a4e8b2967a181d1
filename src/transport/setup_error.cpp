#include "transport/setup_error.h"

namespace rozaneh::transport {

std::string_view layer_of(SetupError /*error*/) { return "transport"; }

std::string_view describe(SetupError error) {
  return error == SetupError::arguments ? "the arguments are not right" : "what was kept cannot be used";
}

std::unexpected<Error> wrong_argument(std::string_view transport, std::string_view what) {
  return fail(SetupError::arguments, std::string(transport).append(": ").append(what));
}

}  // namespace rozaneh::transport
