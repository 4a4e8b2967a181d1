// Capture files, and the link headers in them.
#include "lab/packet/capture.h"

#include "fuzz/handshake.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace rozaneh;
  using namespace rozaneh::lab;
  auto reader = CaptureReader::open(Bytes(bytes, size));
  if (!reader) return 0;
  std::size_t total = 0;
  for (auto packet = reader->next(); packet && *packet; packet = reader->next()) {
    total += (*packet)->frame.size() + 12;  // the least that a packet takes besides
    fuzz::require(total <= size);
    if (const auto ip = ip_packet_of(**packet)) fuzz::require(ip->size() <= (*packet)->frame.size());
  }
  return 0;
}
