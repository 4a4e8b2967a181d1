#include "io/last_words.h"

namespace rozaneh::io {
namespace {

constexpr std::chrono::milliseconds kLookAgain{10};

}  // namespace

Task<> last_words(Loop& loop, std::weak_ptr<void> telling) {
  const auto until = Clock::now() + kLastWords;
  while (!telling.expired() && Clock::now() < until) co_await loop.sleep(kLookAgain);
}

}  // namespace rozaneh::io
