// Ephemeral keys made ahead, so that an observer cannot time how often the making had to be tried again.
#pragma once

#include <mutex>
#include <optional>
#include <vector>

#include "crypto/obfuscated_key.h"
#include "io/loop.h"

namespace rozaneh::obfs4 {

class KeyPool {
 public:
  // A pair that nobody else has had or gets. When few are left, more are made later, when the loop has
  // nothing else to do.
  crypto::ObfuscatedKeyPair take(io::Loop& loop);

 private:
  static constexpr std::size_t kFew = 4;

  // One that is ready.
  std::optional<crypto::ObfuscatedKeyPair> taken();
  bool needs_more();
  void add(std::vector<crypto::ObfuscatedKeyPair> made);

  std::mutex mutex_;
  std::vector<crypto::ObfuscatedKeyPair> ready_;
};

}  // namespace rozaneh::obfs4
