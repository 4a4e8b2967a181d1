#include "transport/scramblesuit/error.h"

namespace rozaneh::scramblesuit {

std::string_view layer_of(ScrambleSuitError /*error*/) { return "scramblesuit"; }

std::string_view describe(ScrambleSuitError error) {
  switch (error) {
    case ScrambleSuitError::no_mark:
      return "what came is no hello: is the password right?";
    case ScrambleSuitError::bad_mac:
      return "the hello is from another hour: are the clocks right?";
    case ScrambleSuitError::bad_key:
      return "the key exchange failed";
    case ScrambleSuitError::replayed:
      return "the hello was seen before";
    case ScrambleSuitError::late:
      return "no hello in time: are password and clocks right?";
    case ScrambleSuitError::ticket_refused:
      return "the server did not take our ticket: the next try goes without one";
    case ScrambleSuitError::bad_record:
      return "a record was forged or damaged on the way";
    case ScrambleSuitError::state:
      return "the state file cannot be understood";
  }
  return "unknown";
}

}  // namespace rozaneh::scramblesuit
