#include "crypto/sodium.h"

#include <sodium.h>

#include <cstdlib>

namespace rozaneh::crypto {

void start_sodium() {
  static const bool started = sodium_init() >= 0;
  if (!started) std::abort();
}

}  // namespace rozaneh::crypto
