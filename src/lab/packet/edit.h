// Changes packets in place, and tells whether their checksums are right.
#pragma once

#include "lab/packet/view.h"

namespace rozaneh::lab {

// Whether TCP's, UDP's, ICMP's or ICMPv6's checksum is right. nullopt where it cannot be known: a fragment, a
// packet that is cut, another protocol, or a transport header that is not understood. UDP over IPv4 may have
// none: right.
//
// On a machine whose network cards (and veth pairs) finish checksums later, packets on their way are often
// wrong here.
std::optional<bool> transport_checksum_right(const PacketView& packet);

// Whether the IPv4 header's own checksum is right; IPv6 has none: true.
bool ip_checksum_right(const PacketView& packet);

// Writes the IPv4 header's checksum and the transport's, as far as it can be known (see above), after any
// change of the packet's bytes. Does nothing to what is not an IP packet.
void fix_checksums(MutableBytes packet);

// The IPv4 header's checksum alone, so that a wrong one of the transport stays wrong; does nothing to IPv6.
void fix_ip_checksum(MutableBytes packet);

// One less hop, with the IPv4 checksum brought along. false: none is left, and the packet is unchanged.
bool take_hop(MutableBytes packet);

// Sets the IPv4 identification and the header's checksum; does nothing to IPv6.
void set_ip_id(MutableBytes packet, std::uint16_t id);

}  // namespace rozaneh::lab
