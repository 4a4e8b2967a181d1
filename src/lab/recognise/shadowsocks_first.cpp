#include "lab/recognise/shadowsocks_first.h"

#include <array>

#include "lab/recognise/entropy.h"

namespace rozaneh::lab {
namespace {

struct Favoured {
  std::size_t least;
  std::size_t most;
  std::size_t remainder;
  double share;
};

constexpr std::array<Favoured, 2> kFavoured = {{{168, 263, 9, 0.72}, {384, 687, 2, 0.96}}};

}  // namespace

ProbeAttraction probe_attraction(Bytes first_payload) {
  const std::size_t size = first_payload.size();
  ProbeAttraction attraction{.length_fits = size >= 160 && size <= 700, .share_of_range = 1};
  for (const Favoured& range : kFavoured) {
    if (size < range.least || size > range.most) continue;
    attraction.favoured = size % 16 == range.remainder;
    attraction.share_of_range = attraction.favoured ? range.share : 1 - range.share;
  }
  attraction.entropy = entropy(first_payload);
  attraction.entropy_weight = std::max(0.0, 1 + (attraction.entropy - 3.0) * 3.0 / (7.2 - 3.0));
  return attraction;
}

}  // namespace rozaneh::lab
