#include "base/random.h"

#include <array>
#include <limits>

namespace rozaneh {
namespace {

template <class Unsigned>
Unsigned draw(Random& random) {
  std::array<std::uint8_t, sizeof(Unsigned)> raw{};
  random.fill(raw);
  Unsigned value = 0;
  for (std::uint8_t byte : raw) value = static_cast<Unsigned>(value << 8U | byte);
  return value;
}

}  // namespace

std::uint32_t Random::below(std::uint32_t bound) {
  // Values under 2^32 mod bound are drawn again, so that no remainder is favoured.
  const std::uint32_t skip = (0U - bound) % bound;
  auto value = draw<std::uint32_t>(*this);
  while (value < skip) value = draw<std::uint32_t>(*this);
  return value % bound;
}

std::uint32_t Random::between(std::uint32_t low, std::uint32_t high) {
  const std::uint32_t width = high - low;
  if (width == std::numeric_limits<std::uint32_t>::max()) return draw<std::uint32_t>(*this);
  return low + below(width + 1);
}

Buffer Random::bytes(std::size_t count) {
  Buffer out(count);
  fill(out);
  return out;
}

}  // namespace rozaneh
