// Ephemeral keys made ahead, so that an observer cannot time how often the making had to be tried again.
#pragma once

#include <mutex>
#include <vector>

#include "crypto/obfuscated_key.h"
#include "io/loop.h"

namespace rozaneh::obfs4 {

class KeyPool {
 public:
  // A pair that nobody else has had; another one is made later, when the loop has nothing else to do.
  crypto::ObfuscatedKeyPair take(io::Loop& loop);

 private:
  static constexpr std::size_t kReady = 4;
  std::mutex mutex_;
  std::vector<crypto::ObfuscatedKeyPair> ready_;
};

}  // namespace rozaneh::obfs4
