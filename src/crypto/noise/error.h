// What can go wrong in Noise, on either side.
#pragma once

#include "base/error.h"

namespace rozaneh::noise {

enum class NoiseError {
  too_short,    // no message of this protocol
  too_long,     // more than Noise's 65535 bytes
  forged,       // altered, replayed, or not meant for these keys
  weak_key,     // the other side's key is of low order: the secret would be nobody's
  exhausted,    // all nonces of the key are used
  out_of_turn,  // a call that has no place here: a bug of the caller, not of the other side
};

std::string_view layer_of(NoiseError);
std::string_view describe(NoiseError);

}  // namespace rozaneh::noise
