// The Internet checksum (RFC 1071), and its update without reading all again (RFC 1624).
#pragma once

#include "base/address.h"
#include "base/bytes.h"

namespace rozaneh::lab {

// Sums up parts of a packet. A part of odd length counts as if a zero byte followed it, so only the last may
// be odd.
class Checksum {
 public:
  Checksum& add(Bytes bytes);
  Checksum& add(std::uint16_t word) {
    sum_ += word;
    return *this;
  }
  // The pseudo-header before TCP, UDP and ICMPv6 (RFC 9293 section 3.1, RFC 8200 section 8.1).
  Checksum& add_pseudo_header(const IpAddress& source, const IpAddress& destination, std::uint8_t protocol,
                              std::size_t length);

  // What belongs into the checksum field; over bytes with a right checksum in them, 0.
  [[nodiscard]] std::uint16_t value() const;

 private:
  std::uint64_t sum_ = 0;
};

// The checksum after one 16-bit word that it covers changed (RFC 1624, equation 3).
std::uint16_t updated_checksum(std::uint16_t checksum, std::uint16_t before, std::uint16_t after);

}  // namespace rozaneh::lab
