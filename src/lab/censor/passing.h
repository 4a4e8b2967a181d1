// What a censor knows of the packet in hand; between the parts of censor.h only.
#pragma once

#include "lab/censor/censor.h"
#include "lab/packet/ethernet.h"

namespace rozaneh::lab {

// An endpoint as something to draw from.
inline std::uint64_t number_of(const Endpoint& endpoint) {
  std::uint64_t number = endpoint.port;
  for (const std::uint8_t byte : endpoint.address.v6()) number = number * 0x100000001b3 + byte;
  return number;
}

// A packet on its way through.
struct Censor::Passing {
  MutableBytes frame;
  const EthernetFrame& ethernet;
  const PacketView& packet;
  Side from;
  Moment now;
  Outlet& out;
  Flows::Flow& flow;
  Direction direction;
  bool dropped = false;
  Moment leaves_at = now;                     // held back by a throttle until then
  std::vector<const Action*> injecting = {};  // when it is known what becomes of the packet
  std::vector<std::size_t> hampering = {};    // by these rules, beside those that hamper the flow
  Buffer rewritten = {};                      // the frame, if it is another now
  bool became_own = false;                    // and the packet in it is the censor's

  [[nodiscard]] Memory& memory() const { return flow.state; }
  void drop_by(const Action& action) { dropped = dropped || stops(action, direction); }
  static bool stops(const Action& action, Direction direction) {
    return direction == Direction::up ? action.drop_up : action.drop_down;
  }
  // Nothing but the frame's own packet can be changed: not one that it completed.
  [[nodiscard]] bool is_whole() const { return packet.bytes().data() == ethernet.payload.data(); }
  [[nodiscard]] Bytes leaving() const { return rewritten.empty() ? Bytes(frame) : Bytes(rewritten); }
};

}  // namespace rozaneh::lab
