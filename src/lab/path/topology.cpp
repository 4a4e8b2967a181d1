#include "lab/path/topology.h"

#include <fcntl.h>
#include <sched.h>

#include <cerrno>

#include "io/error.h"
#include "io/file.h"
#include "lab/path/netlink.h"

namespace rozaneh::lab {
namespace {

constexpr std::uint8_t kMostServers = 99;
constexpr std::uint8_t kMostProbers = 16;
constexpr std::array<std::uint8_t, 4> kSecondClient = {192, 0, 2, 9};
constexpr const char* kUplink = "uplink";

const char* end_of(Side side) { return side == Side::client ? "client" : "server"; }

Result<io::Descriptor> this_network() {
  io::Descriptor network(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
  if (!network.is_open()) return std::unexpected(io::from_errno(errno, "open /proc/self/ns/net"));
  return network;
}

// A fresh network namespace; the process stays where it is.
Result<io::Descriptor> make_network() {
  const auto here = this_network();
  if (!here) return std::unexpected(here.error());
  if (unshare(CLONE_NEWNET) != 0) return std::unexpected(io::from_errno(errno, "make a network namespace"));
  auto made = this_network();
  if (setns(here->number(), CLONE_NEWNET) != 0)
    return std::unexpected(io::from_errno(errno, "return to a network namespace"));
  return made;
}

// Servers that are not root in here may listen on the ports of theirs, too.
void allow_low_ports() {
  const io::File file("/proc/sys/net/ipv4/ip_unprivileged_port_start", O_WRONLY);
  if (file.is_open()) (void)file.write_all(bytes_of("0"));
}

Result<> add_addresses(Netlink& link, Side side) {
  for (const bool v6 : {false, true}) {
    const std::uint8_t prefix = v6 ? 64 : 24;
    if (side == Side::client) {
      if (auto added = link.add_address(kUplink, Topology::client_address(v6), prefix); !added) return added;
      for (std::uint8_t i = 0; i < kMostProbers; ++i)
        if (auto added = link.add_address(kUplink, Topology::prober_address(v6, i), prefix); !added)
          return added;
      if (!v6)
        if (auto added = link.add_address(kUplink, IpAddress(kSecondClient), prefix); !added) return added;
    } else {
      for (std::uint8_t i = 1; i <= kMostServers; ++i)
        if (auto added = link.add_address(kUplink, Topology::server_address(v6, i), prefix); !added)
          return added;
    }
    if (auto added = link.add_default_route(kUplink, v6); !added) return added;
  }
  return {};
}

Result<> furnish(Side side) {
  allow_low_ports();
  auto link = Netlink::open();
  if (!link) return std::unexpected(link.error());
  if (auto done = link->set_up("lo"); !done) return done;
  if (auto done = switch_off_offloads(kUplink); !done) return done;
  if (auto done = link->set_up(kUplink); !done) return done;
  return add_addresses(*link, side);
}

Result<io::Descriptor> add_side(Side side) {
  auto network = make_network();
  if (!network) return network;
  auto link = Netlink::open();
  if (!link) return std::unexpected(link.error());
  auto done = link->add_veth(end_of(side), kUplink, network->number());
  if (done) done = switch_off_offloads(end_of(side));
  if (done) done = link->set_up(end_of(side));
  if (done) done = within(network->number(), [side] { return furnish(side); });
  if (!done) return std::unexpected(done.error());
  return network;
}

}  // namespace

Result<Topology> Topology::make() {
  auto client = add_side(Side::client);
  if (!client) return std::unexpected(client.error());
  auto server = add_side(Side::server);
  if (!server) return std::unexpected(server.error());
  return Topology({std::move(*client), std::move(*server)});
}

Result<PacketSocket> Topology::open_end(Side side) { return PacketSocket::open(end_of(side)); }

IpAddress Topology::client_address(bool v6) { return *IpAddress::parse(v6 ? "2001:db8:1::2" : "192.0.2.2"); }

// IPv6's share fewer bits with the servers' than the client's own do: nobody else takes them for a source
// (RFC 6724, rule 8).
IpAddress Topology::prober_address(bool v6, std::uint32_t number) {
  const auto host = static_cast<std::uint8_t>(1 + number % kMostProbers);
  if (!v6) return IpAddress(std::array<std::uint8_t, 4>{203, 0, 113, host});
  std::array<std::uint8_t, 16> bytes{0x20, 0x01, 0x0d, 0xb8, 0x80, 0};
  bytes[15] = host;
  return IpAddress(bytes);
}

AddressRange Topology::prober_range(bool v6) {
  return {prober_address(v6, 0), static_cast<std::uint8_t>(v6 ? 64 : 24)};
}

IpAddress Topology::server_address(bool v6, std::uint8_t number) {
  if (!v6) return IpAddress(std::array<std::uint8_t, 4>{198, 51, 100, number});
  std::array<std::uint8_t, 16> bytes{0x20, 0x01, 0x0d, 0xb8, 0, 2};
  bytes[15] = number;
  return IpAddress(bytes);
}

Result<> within(int network, const std::function<Result<>()>& work) {
  const auto here = this_network();
  if (!here) return std::unexpected(here.error());
  if (setns(network, CLONE_NEWNET) != 0)
    return std::unexpected(io::from_errno(errno, "enter a network namespace"));
  auto done = work();
  if (setns(here->number(), CLONE_NEWNET) != 0)
    return std::unexpected(io::from_errno(errno, "return to a network namespace"));
  return done;
}

}  // namespace rozaneh::lab
