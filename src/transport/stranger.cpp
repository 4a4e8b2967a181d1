#include "transport/stranger.h"

namespace rozaneh::transport {

std::chrono::milliseconds stranger_time(std::chrono::seconds hello_limit, Random& random) {
  constexpr std::uint32_t kMostExtra = 60'000;
  return hello_limit + std::chrono::milliseconds(random.below(kMostExtra));
}

io::Task<> discard(io::Stream& stream) {
  for (;;) {
    const auto chunk = co_await stream.read();
    if (!chunk || chunk->empty()) co_return;
  }
}

}  // namespace rozaneh::transport
