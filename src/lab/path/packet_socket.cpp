#include "lab/path/packet_socket.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <string>

#include "io/error.h"

namespace rozaneh::lab {
namespace {

constexpr std::size_t kSlot = 2048;
constexpr std::size_t kBlock = 64 * 1024;
constexpr std::size_t kRing = PacketSocket::kQueue * kSlot;

Result<io::Descriptor> open_on(std::string_view interface, std::uint16_t protocol) {
  io::Descriptor socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(protocol)));
  if (!socket.is_open() && errno == EAFNOSUPPORT)
    return fail(io::IoError::other,
                "this kernel has no packet sockets (AF_PACKET); as root: modprobe af_packet");
  if (!socket.is_open()) return std::unexpected(io::from_errno(errno, "open a packet socket (AF_PACKET)"));
  sockaddr_ll at{};
  at.sll_family = AF_PACKET;
  at.sll_protocol = htons(protocol);
  at.sll_ifindex = static_cast<int>(if_nametoindex(std::string(interface).c_str()));
  if (bind(socket.number(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0)
    return std::unexpected(io::from_errno(errno, "bind a packet socket"));
  return socket;
}

void set(int descriptor, int level, int option, int value) {
  // What a kernel does not know costs speed only.
  (void)setsockopt(descriptor, level, option, &value, sizeof value);
}

// The kernel's side of a slot; the frame stands behind it.
tpacket2_hdr& slot(std::uint8_t* ring, std::size_t index) {
  return *reinterpret_cast<tpacket2_hdr*>(ring + (index % PacketSocket::kQueue) * kSlot);
}

// The status is handed back and forth between two writers.
bool is_ours(tpacket2_hdr& header) {
  return (std::atomic_ref(header.tp_status).load(std::memory_order_acquire) & TP_STATUS_USER) != 0;
}

}  // namespace

void PacketSocket::Unmap::operator()(std::uint8_t* ring) const { munmap(ring, kRing); }

PacketSocket::PacketSocket(io::Descriptor receiving, Ring ring, io::Descriptor sending)
    : socket_(std::move(receiving)), sending_(std::move(sending)), ring_(std::move(ring)) {}

Result<PacketSocket> PacketSocket::open(std::string_view interface) {
  auto receiving = open_on(interface, ETH_P_ALL);
  if (!receiving) return std::unexpected(receiving.error());
  auto sending = open_on(interface, 0);  // protocol 0 receives nothing
  if (!sending) return std::unexpected(sending.error());
  set(receiving->number(), SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
  set(sending->number(), SOL_PACKET, PACKET_QDISC_BYPASS, 1);
  auto ring = make_ring(receiving->number());
  if (!ring) return std::unexpected(ring.error());
  return PacketSocket(std::move(*receiving), std::move(*ring), std::move(*sending));
}

Result<PacketSocket::Ring> PacketSocket::make_ring(int socket) {
  const int version = TPACKET_V2;  // not 3, which lets frames wait for a block to fill
  const tpacket_req shape{
      .tp_block_size = kBlock, .tp_block_nr = kRing / kBlock, .tp_frame_size = kSlot, .tp_frame_nr = kQueue};
  if (setsockopt(socket, SOL_PACKET, PACKET_VERSION, &version, sizeof version) != 0 ||
      setsockopt(socket, SOL_PACKET, PACKET_RX_RING, &shape, sizeof shape) != 0)
    return std::unexpected(io::from_errno(errno, "share a ring of packets with the kernel"));
  void* mapped = mmap(nullptr, kRing, PROT_READ | PROT_WRITE, MAP_SHARED, socket, 0);
  if (mapped == MAP_FAILED) return std::unexpected(io::from_errno(errno, "map a ring of packets"));
  return Ring(static_cast<std::uint8_t*>(mapped));
}

void PacketSocket::give_back() {
  for (std::size_t i = 0; i < received_.size(); ++i)
    std::atomic_ref(slot(ring_.get(), next_ - received_.size() + i).tp_status)
        .store(TP_STATUS_KERNEL, std::memory_order_release);
  received_.clear();
}

std::span<const MutableBytes> PacketSocket::receive() {
  give_back();
  while (received_.size() < kBatch) {
    tpacket2_hdr& header = slot(ring_.get(), next_);
    if (!is_ours(header)) break;
    auto* frame = reinterpret_cast<std::uint8_t*>(&header) + header.tp_mac;
    received_.emplace_back(frame, header.tp_snaplen);
    ++next_;
  }
  return received_;
}

std::size_t PacketSocket::flush() {
  std::size_t lost = 0;
  std::array<iovec, kBatch> parts;
  std::array<mmsghdr, kBatch> messages;
  for (std::size_t begin = 0; begin < leaving_.size();) {
    const std::size_t count = std::min(kBatch, leaving_.size() - begin);
    for (std::size_t i = 0; i < count; ++i) {
      const Bytes frame = leaving_[begin + i];
      // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): only read from
      parts[i] = {.iov_base = const_cast<std::uint8_t*>(frame.data()), .iov_len = frame.size()};
      messages[i] = {};
      messages[i].msg_hdr.msg_iov = &parts[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    const int sent = sendmmsg(sending_.number(), messages.data(), static_cast<unsigned>(count), MSG_DONTWAIT);
    // The one that failed is lost; those behind it get their turn.
    if (sent < static_cast<int>(count)) ++lost;
    begin += static_cast<std::size_t>(std::max(sent, 0)) + (sent < static_cast<int>(count) ? 1 : 0);
  }
  leaving_.clear();
  return lost;
}

}  // namespace rozaneh::lab
