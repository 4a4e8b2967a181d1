#include "tunnel/hello_memory.h"

namespace rozaneh::tunnel {

HelloMemory::HelloMemory(const Secret<16>& key, Time now, Time since,
                         std::span<const transport::ReplayFilter::Entry> seen)
    : HelloMemory(key, std::max(now, since), since) {
  for (const auto& entry : seen) seen_.restore(entry, clock_);
}

bool HelloMemory::is_new(Time made, Bytes ephemeral, Time now) {
  clock_ = std::max(clock_, now);
  if (made < clock_ - kSkew || made > clock_ + kSkew) return false;
  return seen_.insert(ephemeral, clock_).has_value();
}

}  // namespace rozaneh::tunnel
