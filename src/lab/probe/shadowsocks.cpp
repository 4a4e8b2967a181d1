#include "lab/probe/shadowsocks.h"

#include <fmt/format.h>

namespace rozaneh::lab {
namespace {

// With the bytes at these places changed, as far as it is so long.
Buffer changed(Bytes packet, std::initializer_list<std::size_t> places, Random& random) {
  Buffer out(packet.begin(), packet.end());
  for (const std::size_t at : places)
    if (at < out.size()) out[at] ^= static_cast<std::uint8_t>(random.between(1, 255));
  return out;
}

}  // namespace

std::vector<Probe> shadowsocks_probes(Bytes first_packet, Random& random) {
  std::vector<Probe> probes;
  const auto add = [&probes](std::string name, std::string sends, unsigned stage, Buffer message) {
    probes.push_back(
        {std::move(name), std::move(sends), stage, std::make_unique<OneMessage>(std::move(message))});
  };
  if (!first_packet.empty()) {
    add("R1", "the first packet again", 1, changed(first_packet, {}, random));
    add("R2", "the same with byte 0 changed", 1, changed(first_packet, {0}, random));
  }
  for (const std::size_t length : kRandomLengths)
    add(fmt::format("NR1-{}", length), fmt::format("{} random bytes", length), 1, random.bytes(length));
  for (int i = 1; i <= 3; ++i)
    add(fmt::format("NR2-{}", i), fmt::format("{} random bytes", kLongRandom), 1, random.bytes(kLongRandom));
  if (!first_packet.empty()) {
    add("R3", "bytes 0-7 and 62-63 changed", 2,
        changed(first_packet, {0, 1, 2, 3, 4, 5, 6, 7, 62, 63}, random));
    add("R4", "byte 16 changed", 2, changed(first_packet, {16}, random));
    add("R5", "bytes 6 and 16 changed", 2, changed(first_packet, {6, 16}, random));
  }
  return probes;
}

}  // namespace rozaneh::lab
