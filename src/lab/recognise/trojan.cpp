#include <algorithm>

#include "lab/recognise/bursts.h"

namespace rozaneh::lab {
namespace {

constexpr std::uint32_t kAny = 0xffffffff;
constexpr std::size_t kMostBytes = 512000;

struct Range {
  std::uint32_t least;
  std::uint32_t most;
};

// The leaves of the tree that say yes, with those joined that meet.
constexpr std::array<std::array<Range, 4>, 26> kTrojan = {{
    {{{157, 411}, {0, 157}, {41, 788}, {0, 185}}},
    {{{419, 892}, {0, 157}, {789, 1346}, {0, kAny}}},
    {{{157, 892}, {113, 157}, {41, 788}, {186, kAny}}},
    {{{186, 206}, {158, 251}, {0, kAny}, {0, kAny}}},
    {{{207, 659}, {158, 286}, {71, 370}, {0, kAny}}},
    {{{660, 1123}, {158, 286}, {71, kAny}, {273, kAny}}},
    {{{1436, 1466}, {158, 286}, {0, kAny}, {538, kAny}}},
    {{{278, 284}, {287, 782}, {0, kAny}, {0, 783}}},
    {{{285, kAny}, {397, 492}, {0, kAny}, {972, kAny}}},
    {{{207, 277}, {727, 768}, {0, kAny}, {0, kAny}}},
    {{{0, 664}, {2432, 3708}, {412, kAny}, {0, 307}}},
    {{{0, 445}, {2432, 6232}, {384, 411}, {0, kAny}}},
    {{{0, 664}, {2432, 6232}, {221, 383}, {0, 346}}},
    {{{0, 874}, {2432, 6232}, {86, 220}, {0, 1173}}},
    {{{665, 724}, {2432, 6232}, {221, 580}, {0, kAny}}},
    {{{679, 1055}, {2432, 6232}, {581, kAny}, {0, kAny}}},
    {{{875, kAny}, {2432, 6232}, {86, 108}, {0, 1173}}},
    {{{1056, kAny}, {5353, 6232}, {221, kAny}, {0, 2173}}},
    {{{875, kAny}, {5384, 6232}, {109, 220}, {0, 1173}}},
    {{{671, 795}, {6233, 6288}, {0, kAny}, {0, kAny}}},
    {{{0, 670}, {6233, 9408}, {0, kAny}, {0, 76}}},
    {{{2592, 2840}, {6233, 9408}, {733, kAny}, {0, kAny}}},
    {{{671, 795}, {6335, 9408}, {0, kAny}, {0, 6404}}},
    {{{671, 795}, {8925, 9408}, {0, kAny}, {6405, kAny}}},
    {{{0, 670}, {9073, 9408}, {0, kAny}, {77, kAny}}},
    {{{0, kAny}, {13019, 13314}, {0, kAny}, {31, 1786}}},
}};

}  // namespace

bool is_trojan_sequence(const BurstSizes& bursts) {
  return std::ranges::any_of(kTrojan, [&](const std::array<Range, 4>& leaf) {
    for (std::size_t i = 0; i < 4; ++i)
      if (bursts[i] < leaf[i].least || bursts[i] > leaf[i].most) return false;
    return true;
  });
}

Looks TrojanObserver::add(Direction direction, Bytes piece) {
  if (looks_ != Looks::more || piece.empty()) return looks_;
  constexpr std::array<std::uint8_t, 6> kChangeCipherSpec = {0x14, 3, 3, 0, 1, 1};
  if (direction == Direction::up && piece.size() >= 6 &&
      std::ranges::equal(piece.first(6), kChangeCipherSpec))
    counting_ = true;
  std::size_t& seen = seen_[direction == Direction::up ? 0 : 1];
  seen += piece.size();
  if (seen > kMostBytes) return looks_ = Looks::no;
  if (!counting_) return looks_;
  if (direction != last_ && ++burst_ == bytes_.size())
    return looks_ = is_trojan_sequence(bytes_) ? Looks::yes : Looks::no;
  last_ = direction;
  bytes_[burst_] += static_cast<std::uint32_t>(piece.size());
  return looks_;
}

}  // namespace rozaneh::lab
