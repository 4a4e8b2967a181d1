#include "transport/stranger.h"

namespace rozaneh::transport {

std::chrono::milliseconds stranger_time(Random& random) {
  constexpr std::uint32_t kMostExtra = 60'000;
  return kHelloLimit + std::chrono::milliseconds(random.below(kMostExtra));
}

io::Task<> discard(io::Stream& stream) {
  for (;;) {
    const auto chunk = co_await stream.read();
    if (!chunk || chunk->empty()) co_return;
  }
}

}  // namespace rozaneh::transport
