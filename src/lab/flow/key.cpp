#include "lab/flow/key.h"

namespace rozaneh::lab {
namespace {

// One round of a multiplicative mix; the constant is 2^64 divided by the golden ratio.
std::uint64_t mix(std::uint64_t state, std::uint64_t word) {
  state = (state ^ word) * 0x9e3779b97f4a7c15U;
  return state ^ state >> 29U;
}

std::uint64_t hash_of(const Endpoint& endpoint, std::uint64_t seed) {
  const auto& bytes = endpoint.address.v6();
  std::array<std::uint64_t, 2> words{};
  std::memcpy(words.data(), bytes.data(), bytes.size());
  return mix(mix(mix(seed, words[0]), words[1]), endpoint.port);
}

}  // namespace

FlowKey first_key(const PacketView& packet) {
  constexpr std::uint16_t kFirstFreePort = 1024;
  const FlowKey key{packet.ip().protocol, packet.source(), packet.destination()};
  const bool from_server = key.client.port < kFirstFreePort && key.server.port >= kFirstFreePort;
  const auto* tcp = packet.tcp();
  const bool answers = tcp != nullptr && tcp->has(kSyn) ? tcp->has(kAck) : from_server;
  return answers ? key.turned() : key;
}

Direction direction_of(const PacketView& packet, const FlowKey& key) {
  return packet.source() == key.client && packet.destination() == key.server ? Direction::up
                                                                             : Direction::down;
}

std::size_t FlowHash::operator()(const FlowKey& key) const {
  // A sum is the same in either order.
  return mix(hash_of(key.client, seed) + hash_of(key.server, seed), key.protocol);
}

}  // namespace rozaneh::lab
