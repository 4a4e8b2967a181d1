// The lab's two networks and the path between them.
//
//   client's namespace          this process          server's namespace
//   192.0.2.2      uplink ====== client | server ====== uplink      198.51.100.1 to .99
//   2001:db8:1::2                                                   2001:db8:2::1 to ::63
//   192.0.2.9, for programs that ask for it
//   203.0.113.1 to .16, 2001:db8:8000::1 to ::10: a censor's probers
//
// There is no router: both sides believe that everybody is on their link, and the frames are carried by
// whoever reads `client` and `server` (a Forwarder). Addresses are from the ranges for documentation.
#pragma once

#include <array>
#include <functional>

#include "base/address.h"
#include "io/descriptor.h"
#include "lab/censor/middlebox.h"
#include "lab/censor/spec.h"
#include "lab/path/packet_socket.h"

namespace rozaneh::lab {

class Topology {
 public:
  // Makes the networks; call inside run_isolated.
  static Result<Topology> make();

  // Open on the network namespace of a side.
  [[nodiscard]] int network(Side side) const { return networks_[side == Side::client ? 0 : 1].number(); }

  // The end of the path that leads to a side.
  static Result<PacketSocket> open_end(Side side);

  static IpAddress client_address(bool v6);
  // Of the probers: any number; and all of them.
  static IpAddress prober_address(bool v6, std::uint32_t number);
  static AddressRange prober_range(bool v6);
  // Numbers 1 to 99.
  static IpAddress server_address(bool v6, std::uint8_t number);

 private:
  explicit Topology(std::array<io::Descriptor, 2> networks) : networks_(std::move(networks)) {}
  std::array<io::Descriptor, 2> networks_;
};

// Runs `work` with the process in another network namespace.
Result<> within(int network, const std::function<Result<>()>& work);

}  // namespace rozaneh::lab
