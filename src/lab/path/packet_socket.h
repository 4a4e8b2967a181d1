// Raw frames of one network interface, many at a time.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "io/descriptor.h"

namespace rozaneh::lab {

class PacketSocket {
 public:
  // As many as one call takes or gives.
  static constexpr std::size_t kBatch = 64;
  // The longest frame. Offloads, which let longer ones come, have to be switched off.
  static constexpr std::size_t kMostBytes = 1984;
  // So many may wait to be received (8 MiB that this process and the kernel share); more are lost.
  static constexpr std::size_t kQueue = 4096;

  // All frames that come in at the interface, none that go out. Needs CAP_NET_RAW, and with it no more: the
  // receive buffer of an ordinary socket, which others than root cannot enlarge, holds 90 packets.
  static Result<PacketSocket> open(std::string_view interface);
  PacketSocket(PacketSocket&&) = default;
  PacketSocket& operator=(PacketSocket&&) = default;
  ~PacketSocket() = default;

  [[nodiscard]] int descriptor() const { return socket_.number(); }

  // Frames that wait, at most kBatch; empty if none. Each lives until the next call; its bytes may be
  // changed.
  std::span<const MutableBytes> receive();

  // Sends a frame with the next flush; its bytes live until then.
  void send(Bytes frame) { leaving_.push_back(frame); }
  // Frames that the interface does not take now are lost, as on a full link; answers how many.
  std::size_t flush();

 private:
  // A ring of slots, each of which is the kernel's until it holds a frame.
  struct Unmap {
    void operator()(std::uint8_t* ring) const;
  };
  using Ring = std::unique_ptr<std::uint8_t, Unmap>;
  static Result<Ring> make_ring(int socket);
  PacketSocket(io::Descriptor receiving, Ring ring, io::Descriptor sending);

  void give_back();

  io::Descriptor socket_;
  io::Descriptor sending_;
  Ring ring_;
  std::size_t next_ = 0;  // the slot that is filled next
  std::vector<MutableBytes> received_;
  std::vector<Bytes> leaving_;
};

}  // namespace rozaneh::lab
