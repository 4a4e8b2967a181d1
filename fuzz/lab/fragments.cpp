// Fragments in any order. The input is a row of packets, each behind its length in two bytes.
#include "lab/packet/fragments.h"

#include "base/reader.h"
#include "fuzz/handshake.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace rozaneh;
  using namespace rozaneh::lab;
  const FragmentTable::Limits limits{.packets = 4, .fragments = 8, .bytes = 4096};
  FragmentTable table(limits);
  Reader reader(Bytes(bytes, size));
  Moment now{};
  while (const auto length = reader.u16()) {
    const auto packet = reader.bytes(std::min<std::size_t>(*length, reader.left()));
    const auto view = PacketView::parse(*packet);
    if (!view) continue;
    now += std::chrono::seconds(1);
    if (const auto whole = table.add(*view, now)) {
      const auto put_together = PacketView::parse(*whole);
      fuzz::require(put_together && !put_together->is_truncated());
      fuzz::require(put_together->bytes().size() == whole->size());
      fuzz::require(!put_together->ip().is_fragment() || put_together->ip().source.is_v6());
    }
    fuzz::require(table.packets() <= limits.packets && table.bytes() <= limits.bytes);
  }
  return 0;
}
