#include "lab/packet/ethernet.h"

#include "base/reader.h"

namespace rozaneh::lab {
namespace {

constexpr bool is_vlan(std::uint16_t type) { return type == 0x8100 || type == 0x88a8; }

}  // namespace

std::optional<EthernetFrame> parse_ethernet(Bytes frame) {
  Reader reader(frame);
  const auto destination = reader.bytes(6);
  const auto source = reader.bytes(6);
  auto type = reader.u16();
  if (!destination || !source || !type) return std::nullopt;
  for (int tags = 0; is_vlan(*type) && tags < 4; ++tags) {
    const auto tag = reader.u16();
    type = reader.u16();
    if (!tag || !type) return std::nullopt;
  }
  return EthernetFrame{
      .destination = *destination, .source = *source, .type = *type, .payload = reader.rest()};
}

}  // namespace rozaneh::lab
