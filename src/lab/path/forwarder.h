// Carries frames between two interfaces, through a middlebox.
#pragma once

#include <array>
#include <deque>

#include "lab/censor/middlebox.h"
#include "lab/path/packet_socket.h"

namespace rozaneh::lab {

class Forwarder final : private Outlet {
 public:
  // The middlebox outlives the forwarder.
  Forwarder(PacketSocket client, PacketSocket server, Middlebox& middlebox)
      : sockets_{std::move(client), std::move(server)}, middlebox_(middlebox) {}

  // Waits until a frame comes, the middlebox wants to be woken, or `also` can be read; answers whether `also`
  // can. Fails only when the system does.
  Result<bool> run_once(int also);

  struct Counts {
    std::uint64_t frames = 0;
    std::uint64_t lost = 0;  // on the way out: the interface was full
  };
  [[nodiscard]] const Counts& counts() const { return counts_; }

  // The clock that the middlebox sees.
  static Moment now();

 private:
  void pass(Side to, Bytes frame) override { socket(to).send(frame); }
  void send(Side to, Buffer frame) override { socket(to).send(own_.emplace_back(std::move(frame))); }

  PacketSocket& socket(Side side) { return sockets_[side == Side::client ? 0 : 1]; }
  void carry(Side from);
  void flush();
  [[nodiscard]] int time_to_wake() const;

  std::array<PacketSocket, 2> sockets_;
  Middlebox& middlebox_;
  std::deque<Buffer> own_;  // the middlebox's frames, until they are sent; a deque keeps them in place
  Counts counts_;
};

}  // namespace rozaneh::lab
