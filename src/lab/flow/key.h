// Which flow a packet belongs to.
#pragma once

#include "base/address.h"
#include "lab/direction.h"
#include "lab/packet/view.h"

namespace rozaneh::lab {

// A conversation of two endpoints. Protocols without ports have ports 0: ICMP, GRE and ESP between two
// addresses are one flow each.
struct FlowKey {
  std::uint8_t protocol = 0;
  Endpoint client;
  Endpoint server;

  auto operator<=>(const FlowKey&) const = default;

  // The same with client and server changed round.
  [[nodiscard]] FlowKey turned() const { return {protocol, server, client}; }
};

// The key of a flow that begins with this packet. The client is who sends a SYN and who gets a SYN+ACK. Where
// neither is seen (UDP, a capture that began late), the server is who sends from a port below 1024 to one
// that is not, else who sends is the client.
FlowKey first_key(const PacketView& packet);

// Which way the packet goes in its flow.
Direction direction_of(const PacketView& packet, const FlowKey& key);

// Equal for a key and the same turned round; `seed` keeps strangers from choosing flows that collide.
struct FlowHash {
  std::uint64_t seed = 0;
  std::size_t operator()(const FlowKey& key) const;
};

struct SameFlow {
  bool operator()(const FlowKey& a, const FlowKey& b) const { return a == b || a == b.turned(); }
};

}  // namespace rozaneh::lab
