// Cuts an oversized TCP packet into ones that fit the path.
//
// A forwarder on AF_PACKET meets packets of up to 64 KiB where the kernel's offloads (TSO at the sender, GRO
// at the receiver) could not be switched off; sent on as they are, they do not fit the next interface.
#pragma once

#include <vector>

#include "lab/packet/view.h"

namespace rozaneh::lab {

// The packet's payload in parts of at most `mss` bytes (1 or more), each with the packet's headers: sequence
// numbers go on, FIN and PSH stand in the last part only, CWR in the first, IPv4 identifications count up,
// checksums are right. A packet that fits is one part, with checksums made right. The packet is TCP, whole
// and no fragment; else empty.
std::vector<Buffer> segment_tcp(const PacketView& packet, std::size_t mss);

}  // namespace rozaneh::lab
