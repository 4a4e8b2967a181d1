// Whole captures, from the link headers to what is told of each flow.
#include "lab/flow/classifier.h"

#include "fuzz/handshake.h"
#include "lab/packet/capture.h"

namespace {

using namespace rozaneh;
using namespace rozaneh::lab;

constexpr std::size_t kFlows = 8;  // so that flows are pushed out too

struct Told {
  std::vector<FlowReport> flows;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
};

Told classify(Bytes file) {
  Told told;
  Classifier classifier({.flows = kFlows});
  auto reader = CaptureReader::open(file);
  if (!reader) return told;
  for (auto packet = reader->next(); packet && *packet; packet = reader->next()) {
    const auto ip = ip_packet_of(**packet);
    if (!ip) continue;
    ++told.packets;
    told.bytes += ip->size();
    classifier.add(*ip, (*packet)->when);
  }
  told.flows = classifier.finish();
  return told;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const Told told = classify(Bytes(bytes, size));
  std::uint64_t packets = 0;
  std::uint64_t payload = 0;
  for (const FlowReport& flow : told.flows) {
    fuzz::require(flow.end >= flow.begin);
    fuzz::require(flow.packets_up + flow.packets_down > 0);
    packets += flow.packets_up + flow.packets_down;
    payload += flow.bytes_up + flow.bytes_down;
  }
  fuzz::require(packets <= told.packets);
  fuzz::require(payload <= told.bytes);
  return 0;
}
