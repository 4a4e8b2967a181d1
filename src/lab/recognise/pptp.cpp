#include "lab/recognise/pptp.h"

#include <array>

namespace rozaneh::lab {

Looks looks_like_pptp(Bytes up) {
  constexpr std::array<std::uint8_t, 10> kBegin = {0, 156, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d, 0, 1};
  const std::size_t size = std::min(up.size(), kBegin.size());
  if (!std::ranges::equal(up.first(size), Bytes(kBegin).first(size))) return Looks::no;
  return size < kBegin.size() ? Looks::more : Looks::yes;
}

}  // namespace rozaneh::lab
