// What can go wrong in obfs2.
#pragma once

#include <string_view>

#include "base/error.h"

namespace rozaneh::obfs2 {

enum class Obfs2Error {
  bad_magic,    // the peer does not speak obfs2
  bad_padding,  // the peer announces more padding than there may be
  late,         // the handshake did not end in time
};

std::string_view layer_of(Obfs2Error error);
std::string_view describe(Obfs2Error error);

}  // namespace rozaneh::obfs2
