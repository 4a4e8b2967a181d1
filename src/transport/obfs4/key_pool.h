// Ephemeral keys made ahead, so that an observer cannot time how often the making had to be tried again.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "crypto/obfuscated_key.h"
#include "io/loop.h"

namespace rozaneh::obfs4 {

class KeyPool {
 public:
  // A pair that nobody else has had or gets. When few are left, more are made later, when the loop has
  // nothing else to do; the pool may be gone by then.
  crypto::ObfuscatedKeyPair take(io::Loop& loop);

 private:
  class Pairs {
   public:
    // One that is ready.
    std::optional<crypto::ObfuscatedKeyPair> taken();
    bool are_few();
    void add(std::vector<crypto::ObfuscatedKeyPair> made);

   private:
    std::mutex mutex_;
    std::vector<crypto::ObfuscatedKeyPair> ready_;
  };

  std::shared_ptr<Pairs> pairs_ = std::make_shared<Pairs>();
};

}  // namespace rozaneh::obfs4
