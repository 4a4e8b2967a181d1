#include "transport/obfs4/key_pool.h"

#include <algorithm>
#include <iterator>

namespace rozaneh::obfs4 {
namespace {

constexpr std::size_t kFew = 4;

}  // namespace

crypto::ObfuscatedKeyPair KeyPool::take(io::Loop& loop) {
  if (pairs_->are_few()) {
    loop.post([pairs = pairs_, &loop] {
      if (pairs->are_few()) pairs->add(crypto::make_obfuscated_key_pairs(loop.random()));
    });
  }
  if (auto pair = pairs_->taken()) return *std::move(pair);
  auto made = crypto::make_obfuscated_key_pairs(loop.random());
  auto pair = std::move(made.back());
  made.pop_back();
  pairs_->add(std::move(made));
  return pair;
}

std::optional<crypto::ObfuscatedKeyPair> KeyPool::Pairs::taken() {
  const std::scoped_lock lock(mutex_);
  if (ready_.empty()) return std::nullopt;
  auto pair = std::move(ready_.back());
  ready_.pop_back();
  return pair;
}

bool KeyPool::Pairs::are_few() {
  const std::scoped_lock lock(mutex_);
  return ready_.size() < kFew;
}

void KeyPool::Pairs::add(std::vector<crypto::ObfuscatedKeyPair> made) {
  const std::scoped_lock lock(mutex_);
  std::ranges::move(made, std::back_inserter(ready_));
}

}  // namespace rozaneh::obfs4
