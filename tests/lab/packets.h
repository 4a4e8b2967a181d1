// Packets that tests are made of.
#pragma once

#include "base/address.h"
#include "base/encoding.h"
#include "lab/packet/build.h"

namespace rozaneh::lab {

inline IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }
inline Buffer hex(std::string_view text) { return decode_hex(text).value(); }

inline const IpFields kUpV4{.source = address("192.0.2.2"), .destination = address("198.51.100.2")};
inline const IpFields kDownV4{.source = address("198.51.100.2"), .destination = address("192.0.2.2")};
inline const IpFields kUpV6{.source = address("2001:db8:1::2"), .destination = address("2001:db8:2::2")};

inline PacketView view(Bytes packet) { return PacketView::parse(packet).value(); }

// Bytes that tell their place.
inline Buffer counting(std::size_t size) {
  Buffer bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
  return bytes;
}

}  // namespace rozaneh::lab
