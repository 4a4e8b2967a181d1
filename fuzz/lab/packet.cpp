// IP packets as they come from the network: everything that looks at one, changes one, or answers one.
#include "fuzz/handshake.h"
#include "lab/flow/key.h"
#include "lab/packet/build.h"
#include "lab/packet/edit.h"
#include "lab/packet/segments.h"

namespace {

using namespace rozaneh;
using namespace rozaneh::lab;
using rozaneh::fuzz::require;

void require_right(Bytes built) {
  const auto view = PacketView::parse(built);
  require(view && !view->is_truncated() && view->bytes().size() == built.size());
  require(ip_checksum_right(*view) && transport_checksum_right(*view).value_or(true));
}

void answer_tcp(const PacketView& packet) {
  for (const auto& injection : {behind(packet, kRst), answer(packet, kRst | kAck)})
    require_right(build_tcp(injection.ip, injection.tcp, bytes_of("blocked")));
  Buffer all;
  for (const auto& part : segment_tcp(packet, 100)) {
    require_right(part);
    append(all, PacketView::parse(part)->payload());
  }
  if (!packet.is_truncated() && !packet.ip().is_fragment())
    require(std::ranges::equal(all, packet.payload()));
}

void change(Bytes packet) {
  Buffer copy(packet.begin(), packet.end());
  fix_checksums(copy);
  const auto fixed = PacketView::parse(copy);
  require(fixed && ip_checksum_right(*fixed) && transport_checksum_right(*fixed).value_or(true));
  set_ip_id(copy, 7);
  (void)take_hop(copy);
  require(ip_checksum_right(*PacketView::parse(copy)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const Bytes input(bytes, size);
  const auto packet = PacketView::parse(input);
  if (!packet) return 0;
  require(packet->bytes().size() <= size && packet->payload().size() <= packet->segment().size());
  const auto key = first_key(*packet);
  require(FlowHash{5}(key) == FlowHash{5}(key.turned()));
  if (size > 65535) return 0;
  change(input);
  require_right(build_unreachable(*packet, packet->ip().destination, 13));
  const bool whole = !packet->ip().is_fragment() && !packet->is_truncated();
  if (packet->tcp() != nullptr && size < 60000) answer_tcp(*packet);
  if (whole && (packet->tcp() != nullptr || packet->udp() != nullptr))
    require_right(with_payload(*packet, bytes_of("another payload")));
  return 0;
}
