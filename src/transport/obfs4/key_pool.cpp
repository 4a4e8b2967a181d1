#include "transport/obfs4/key_pool.h"

#include <algorithm>
#include <iterator>

namespace rozaneh::obfs4 {

crypto::ObfuscatedKeyPair KeyPool::take(io::Loop& loop) {
  if (needs_more()) {
    loop.post([this, &loop] {
      if (needs_more()) add(crypto::make_obfuscated_key_pairs(loop.random()));
    });
  }
  if (auto pair = taken()) return *std::move(pair);
  auto made = crypto::make_obfuscated_key_pairs(loop.random());
  auto pair = std::move(made.back());
  made.pop_back();
  add(std::move(made));
  return pair;
}

std::optional<crypto::ObfuscatedKeyPair> KeyPool::taken() {
  const std::scoped_lock lock(mutex_);
  if (ready_.empty()) return std::nullopt;
  auto pair = std::move(ready_.back());
  ready_.pop_back();
  return pair;
}

bool KeyPool::needs_more() {
  const std::scoped_lock lock(mutex_);
  return ready_.size() < kFew;
}

void KeyPool::add(std::vector<crypto::ObfuscatedKeyPair> made) {
  const std::scoped_lock lock(mutex_);
  std::ranges::move(made, std::back_inserter(ready_));
}

}  // namespace rozaneh::obfs4
