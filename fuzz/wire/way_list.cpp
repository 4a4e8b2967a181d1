// Links, bridge lines and files of them. What was understood must survive being written and read again.
#include "wire/way_list.h"

#include "fuzz/handshake.h"
#include "wire/bridge_line.h"
#include "wire/link.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace rozaneh;
  const auto ways = parse_way_list(text_of(Bytes(bytes, size)));
  if (!ways) return 0;
  for (const auto& way : *ways) {
    const auto one = std::vector{way};
    if (const auto link = serialize_link(one)) fuzz::require(parse_link(*link) == one);
    auto nameless = way;
    nameless.name.clear();
    if (const auto line = serialize_bridge_line(way)) fuzz::require(parse_bridge_line(*line) == nameless);
  }
  if (const auto link = serialize_link(*ways)) fuzz::require(parse_link(*link) == *ways);
  return 0;
}
