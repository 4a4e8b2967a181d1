// Why there is no new certificate. The detail says what the authority, or the system, said.
#pragma once

#include "base/error.h"

namespace rozaneh::front::acme {

enum class AcmeError {
  settings,     // what was asked for cannot be asked of this authority
  unreachable,  // no answer: no connection, a TLS failure, a time-out, an answer cut short
  refused,      // it said no
  limited,      // it said: not so often
  lying,        // it answered what no honest authority answers
  slow,         // it did not come to an end in time
  challenge,    // we could not put in place what it wanted to see
  stopped,      // we were told to end
};

std::string_view layer_of(AcmeError error);
std::string_view describe(AcmeError error);

}  // namespace rozaneh::front::acme
