// What can go wrong in ScrambleSuit.
#pragma once

#include <string_view>

#include "base/error.h"

namespace rozaneh::scramblesuit {

enum class ScrambleSuitError {
  no_mark,         // the longest possible hello has come and is none
  bad_mac,         // the hello was not made for this password, or not in this hour
  bad_key,         // a public key that gives no secret
  replayed,        // the hello, or the ticket in it, was seen before
  late,            // no proper hello or answer in time
  ticket_refused,  // the server did not answer to a ticket
  bad_record,      // a record was forged or damaged, or is none of the protocol
  state,           // the state file cannot be understood
};

std::string_view layer_of(ScrambleSuitError error);
std::string_view describe(ScrambleSuitError error);

}  // namespace rozaneh::scramblesuit
