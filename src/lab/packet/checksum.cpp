#include "lab/packet/checksum.h"

#include <bit>

namespace rozaneh::lab {
namespace {

std::uint16_t fold(std::uint64_t sum) {
  while (sum > 0xffff) sum = (sum & 0xffffU) + (sum >> 16U);
  return static_cast<std::uint16_t>(sum);
}

}  // namespace

// The sum is the same in either byte order but for its bytes' order (RFC 1071 section 2B), so eight bytes are
// taken at a time as they lie in memory and the folded result is turned.
Checksum& Checksum::add(Bytes bytes) {
  std::uint64_t sum = 0;
  while (bytes.size() >= 8) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, bytes.data(), 8);
    sum += (eight & 0xffffffffU) + (eight >> 32U);
    bytes = bytes.subspan(8);
  }
  std::array<std::uint8_t, 8> last{};
  copy(last, bytes);
  std::uint64_t eight = 0;
  std::memcpy(&eight, last.data(), 8);
  sum += (eight & 0xffffffffU) + (eight >> 32U);
  const std::uint16_t folded = fold(sum);
  sum_ += std::endian::native == std::endian::little ? std::rotl(folded, 8) : folded;
  return *this;
}

Checksum& Checksum::add_pseudo_header(const IpAddress& source, const IpAddress& destination,
                                      std::uint8_t protocol, std::size_t length) {
  for (const IpAddress* address : {&source, &destination}) {
    if (address->is_v6())
      add(address->v6());
    else
      add(address->v4());
  }
  sum_ += protocol + (length & 0xffffU) + ((length >> 16U) & 0xffffU);
  return *this;
}

std::uint16_t Checksum::value() const { return static_cast<std::uint16_t>(~fold(sum_)); }

std::uint16_t updated_checksum(std::uint16_t checksum, std::uint16_t before, std::uint16_t after) {
  const std::uint32_t sum =
      static_cast<std::uint16_t>(~checksum) + std::uint32_t{static_cast<std::uint16_t>(~before)} + after;
  return static_cast<std::uint16_t>(~fold(sum));
}

}  // namespace rozaneh::lab
