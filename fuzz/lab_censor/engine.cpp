// Rules of the library's censors, on a path on which the input says what comes.
//
// The input begins with four bytes that say which rules; then come steps. A step's first byte: bit 0 is the
// side that sends, bits 1 and 2 the kind (0 a raw frame, 1 TCP, 2 UDP, 3 time), bits 3 and 4 the client, bit
// 5 IPv6, bit 6 TCP options.
#include "base/reader.h"
#include "fuzz/lab_censor/checked_path.h"
#include "lab/censor/library.h"

namespace {

using namespace rozaneh;
using namespace rozaneh::lab;
using rozaneh::fuzz::address_of;

// A rule's bit comes from its name (FNV-1a), so that a seed means the same when there are more censors.
std::uint32_t bit_of(std::string_view rule_name) {
  std::uint32_t hash = 0x811c9dc5;
  for (const char each : rule_name) hash = (hash ^ static_cast<std::uint8_t>(each)) * 0x01000193U;
  return 1U << (hash % 32);
}

// The rules of all censors whose bit is set.
CensorSpec together(std::uint32_t which) {
  static const std::vector<CensorSpec> all = all_censors().value();
  CensorSpec spec;
  for (const CensorSpec& censor : all)
    for (const CensorRule& rule : censor.rules)
      if ((which & bit_of(rule.name)) != 0) spec.rules.push_back(rule);
  return spec;
}

struct Given {
  std::uint8_t first;
  [[nodiscard]] Side side() const { return (first & 1U) == 0 ? Side::client : Side::server; }
  [[nodiscard]] unsigned kind() const { return first >> 1U & 3U; }
  [[nodiscard]] bool v6() const { return (first & 0x20U) != 0; }
  [[nodiscard]] bool options() const { return (first & 0x40U) != 0; }
  [[nodiscard]] std::uint16_t client_port() const {
    return static_cast<std::uint16_t>(40000 + (first >> 3U & 3U));
  }
  [[nodiscard]] IpFields ip() const {
    const bool up = side() == Side::client;
    return {.source = address_of(v6(), up ? 2 : 44), .destination = address_of(v6(), up ? 44 : 2)};
  }
};

// Behind a length in two bytes; less if less is there.
Bytes data_of(Reader& reader) {
  const std::size_t length = reader.u16().value_or(0);
  return *reader.bytes(std::min({length, reader.left(), std::size_t{60'000}}));
}

Buffer tcp_of(const Given& step, Reader& reader) {
  const bool up = step.side() == Side::client;
  const std::uint8_t flags = reader.u8().value_or(0);
  const std::uint32_t seq = reader.u16().value_or(0);
  const std::uint32_t ack = reader.u16().value_or(0);
  const std::array<std::uint8_t, 4> options{1, 1, 1, 1};
  TcpFields tcp{.source_port = up ? step.client_port() : std::uint16_t{443},
                .destination_port = up ? std::uint16_t{443} : step.client_port(),
                .seq = seq + 0xffffff00U,
                .ack = ack + 0xffffff00U,
                .flags = flags};
  if (step.options()) tcp.options = options;
  return build_tcp(step.ip(), tcp, data_of(reader));
}

Buffer udp_of(const Given& step, Reader& reader) {
  const bool up = step.side() == Side::client;
  const std::uint16_t port = reader.u16().value_or(0);
  return build_udp(step.ip(), up ? step.client_port() : port, up ? port : step.client_port(),
                   data_of(reader));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  Reader reader(Bytes(bytes, size));
  fuzz::CheckedPath path(together(reader.u32().value_or(0)), {.seed = size, .flows = {.flows = 4}});
  while (const auto first = reader.u8()) {
    const Given step{*first};
    if (step.kind() == 0) {
      const Bytes raw = data_of(reader);
      path.give(step.side(), Buffer(raw.begin(), raw.end()));
    } else if (step.kind() == 3) {
      path.wait(std::chrono::milliseconds(reader.u16().value_or(0)));
    } else {
      const Buffer packet = step.kind() == 1 ? tcp_of(step, reader) : udp_of(step, reader);
      path.give(step.side(), fuzz::framed(packet, step.v6()));
    }
  }
  path.wait(std::chrono::hours(1));
  return 0;
}
