// Capture files: reads pcap and pcapng, writes pcap.
//
// pcap: draft-ietf-opsawg-pcap, both byte orders, micro- and nanoseconds. pcapng: draft-ietf-opsawg-pcapng,
// section header, interface description, enhanced and simple packet blocks; other blocks are passed over.
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "lab/packet/moment.h"

namespace rozaneh::lab {

enum class CaptureError { not_a_capture, malformed, cut, too_many_interfaces };
std::string_view layer_of(CaptureError);
std::string_view describe(CaptureError);

// The link types that the lab looks into (LINKTYPE_ numbers); others are read, too, and have no IP packet.
enum class LinkType : std::uint32_t {
  null = 0,  // BSD loopback: the address family in the capturing machine's byte order
  ethernet = 1,
  raw_old = 12,  // LINKTYPE_RAW as some systems write it
  raw = 101,     // begins with the IP header
  loop = 108,    // as null, in network byte order
  linux_cooked = 113,
  ipv4 = 228,
  ipv6 = 229,
  linux_cooked_2 = 276,
};

struct CapturedPacket {
  Moment when{};  // since 1970; 0 in a simple packet block, which has no time
  LinkType link = LinkType::raw;
  Bytes frame;                    // borrowed from the file
  std::size_t original_size = 0;  // on the wire; more than the frame's where a snap length cut it
};

// The IP packet in the frame, borrowed, perhaps with padding behind it; nullopt: the frame carries none.
std::optional<Bytes> ip_packet_of(const CapturedPacket& packet);

// Reads a file that is in memory, packet by packet. Borrows it. No packet is larger than 16 MiB.
class CaptureReader {
 public:
  // Reads the file's head. CaptureError::not_a_capture for anything else.
  static Result<CaptureReader> open(Bytes file);

  // The next packet; nullopt at the end. CaptureError::cut for a file that ends within a packet (all before
  // it was given), malformed for one that contradicts itself.
  Result<std::optional<CapturedPacket>> next();

 private:
  struct Interface {
    LinkType link = LinkType::raw;
    std::uint64_t units_a_second = 1'000'000;
    Moment offset{};
    std::size_t snap_length = 0;  // 0: none
  };

  explicit CaptureReader(Bytes rest) : rest_(rest) {}
  [[nodiscard]] std::uint16_t u16(Bytes bytes, std::size_t at) const;
  [[nodiscard]] std::uint32_t u32(Bytes bytes, std::size_t at) const;
  Result<std::optional<CapturedPacket>> next_record();
  Result<std::optional<CapturedPacket>> next_block();
  Result<> begin_section();
  Result<> describe_interface(Bytes body);
  [[nodiscard]] Result<CapturedPacket> enhanced(Bytes body) const;
  [[nodiscard]] Result<CapturedPacket> simple(Bytes body) const;

  Bytes rest_;
  bool next_generation_ = false;
  bool little_ = true;
  Interface only_;                     // of a pcap file
  std::vector<Interface> interfaces_;  // of a pcapng section
};

// Builds a pcap file (little endian, nanoseconds) in memory, piece by piece: the head first, then any
// packets.
Buffer capture_head(LinkType link);
Buffer capture_record(Bytes frame, Moment when);

}  // namespace rozaneh::lab
