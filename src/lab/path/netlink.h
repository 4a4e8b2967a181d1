// Makes and sets up network interfaces: the few requests of rtnetlink(7) that the lab needs.
#pragma once

#include <string_view>

#include "base/address.h"
#include "base/error.h"
#include "io/descriptor.h"

namespace rozaneh::lab {

// Works on the network namespace that the process was in when it was opened. Needs CAP_NET_ADMIN there.
class Netlink {
 public:
  static Result<Netlink> open();

  // A pair of virtual Ethernet interfaces: `name` here, and `peer` in the network namespace that the
  // descriptor `elsewhere` is open on. Names have at most 15 characters.
  Result<> add_veth(std::string_view name, std::string_view peer, int elsewhere);
  Result<> set_up(std::string_view name);
  // Without duplicate address detection, so that it can be used at once.
  Result<> add_address(std::string_view name, const IpAddress& address, std::uint8_t prefix);
  // Everything of IPv4 or IPv6 leaves by this interface, with no router in between.
  Result<> add_default_route(std::string_view name, bool v6);

 private:
  explicit Netlink(io::Descriptor socket) : socket_(std::move(socket)) {}
  Result<> ask(class NetlinkRequest& request, std::string_view doing);

  io::Descriptor socket_;
  unsigned sequence_ = 0;
};

// Switches off what lets packets travel longer than the path allows or without their checksums: TSO, GSO, GRO
// and checksum offload, as `ethtool -K` does.
Result<> switch_off_offloads(std::string_view name);

}  // namespace rozaneh::lab
