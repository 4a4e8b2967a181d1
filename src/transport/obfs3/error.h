// What can go wrong in obfs3.
#pragma once

#include <string_view>

#include "base/error.h"

namespace rozaneh::obfs3 {

enum class Obfs3Error {
  bad_key,   // a public key that gives no secret
  no_magic,  // all the padding there may be has come, and no magic
  late,      // the handshake did not end in time
};

std::string_view layer_of(Obfs3Error error);
std::string_view describe(Obfs3Error error);

}  // namespace rozaneh::obfs3
