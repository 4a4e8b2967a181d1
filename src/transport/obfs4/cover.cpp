#include "transport/obfs4/cover.h"

#include <algorithm>
#include <iterator>

#include "crypto/hash.h"
#include "transport/obfs4/error.h"
#include "transport/setup_error.h"

namespace rozaneh::obfs4 {
namespace {

// The alphabets of what protocols write in the clear.
constexpr std::string_view kAlphabets[] = {
    "0123456789abcdef",
    "0123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    "abcdefghijklmnopqrstuvwxyz0123456789-_.",
    "etaoin shrdlu, cmfwyp vbgk. jqxz",
    "abcdefghijklmnopqrstuvwxyz/?=&%0123456789",
};

// What one bridge and policy have in common in all their hellos.
struct PrintableHabit {
  std::string_view alphabet;
  std::uint32_t offset;    // of the run in the padding, at least
  std::uint32_t shift;     // by which the offset varies
  std::uint32_t shortest;  // run; more than the rule's 20 in any case
  std::uint32_t spread;    // by which the length varies
};

SeededRandom habit_random(const BridgeId& bridge, std::string_view policy) {
  const auto digest =
      crypto::sha256(bytes_of("rozaneh cover"), bridge.key.bytes, bridge.node, bytes_of(policy));
  Seed seed{};
  copy(seed, Bytes(digest).first(kSeedSize));
  return SeededRandom(seed);
}

PrintableHabit printable_habit(Random& habit) {
  return {
      .alphabet = kAlphabets[habit.below(std::size(kAlphabets))],
      .offset = habit.between(0, 160),
      .shift = habit.between(4, 40),
      .shortest = habit.between(24, 56),
      .spread = habit.between(8, 40),
  };
}

Buffer with_run(const PrintableHabit& habit, Random& random) {
  const std::uint32_t at = habit.offset + random.below(habit.shift);
  const std::uint32_t length = habit.shortest + random.below(habit.spread);
  Buffer padding =
      random.bytes(random.between(std::max(kLeastClientPadding, at + length), kMostClientPadding));
  for (std::uint8_t& byte : MutableBytes(padding).subspan(at, length))
    byte = static_cast<std::uint8_t>(
        habit.alphabet[random.below(static_cast<std::uint32_t>(habit.alphabet.size()))]);
  return padding;
}

// Each bit is set with a chance of density/256.
std::uint8_t light_byte(std::uint32_t density, Random& random) {
  std::uint8_t byte = 0;
  for (unsigned bit = 0; bit < 8; ++bit)
    if (random.below(256) < density) byte = static_cast<std::uint8_t>(byte | 1U << bit);
  return byte;
}

// 64 random bytes of 4 bits each stand around it: 240 bytes of at most 2.7 keep the mean under 3.0.
Buffer light(std::uint32_t density, std::uint32_t least, Random& random) {
  Buffer padding(random.between(least, kMostClientPadding));
  for (std::uint8_t& byte : padding) byte = light_byte(density, random);
  return padding;
}

}  // namespace

Result<Cover> parse_cover(std::string_view text) {
  if (text == "none") return Cover::none;
  if (text == "printable") return Cover::printable;
  if (text == "low-weight") return Cover::low_weight;
  return transport::wrong_argument("obfs4", "'cover' takes none, printable or low-weight");
}

PaddingSource padding_source(Cover cover, const BridgeId& bridge, std::string_view policy) {
  if (cover == Cover::none) return plain_padding;
  SeededRandom habit = habit_random(bridge, policy);
  if (cover == Cover::printable) {
    return [settled = printable_habit(habit)](Random& random) { return with_run(settled, random); };
  }
  const std::uint32_t density = habit.between(48, 86);  // 1.5 to 2.7 bits a byte
  const std::uint32_t least = habit.between(240, 480);
  return [density, least](Random& random) { return light(density, least, random); };
}

}  // namespace rozaneh::obfs4
