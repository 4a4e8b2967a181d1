#include "transport/obfs4/key_pool.h"

namespace rozaneh::obfs4 {

crypto::ObfuscatedKeyPair KeyPool::take(io::Loop& loop) {
  loop.post([this, &loop] {
    auto made = crypto::make_obfuscated_key_pair(loop.random());
    const std::scoped_lock lock(mutex_);
    if (ready_.size() < kReady) ready_.push_back(std::move(made));
  });
  {
    const std::scoped_lock lock(mutex_);
    if (!ready_.empty()) {
      auto pair = std::move(ready_.back());
      ready_.pop_back();
      return pair;
    }
  }
  return crypto::make_obfuscated_key_pair(loop.random());
}

}  // namespace rozaneh::obfs4
