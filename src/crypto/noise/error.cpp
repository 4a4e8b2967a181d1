#include "crypto/noise/error.h"

namespace rozaneh::noise {

std::string_view layer_of(NoiseError) { return "noise"; }

std::string_view describe(NoiseError error) {
  switch (error) {
    case NoiseError::too_short:
      return "the message is too short";
    case NoiseError::too_long:
      return "the message is too long";
    case NoiseError::forged:
      return "the message does not authenticate";
    case NoiseError::weak_key:
      return "the other side's key is of low order";
    case NoiseError::exhausted:
      return "the key has no nonces left";
    case NoiseError::out_of_turn:
      return "the step has no place here";
  }
  return "";
}

}  // namespace rozaneh::noise
