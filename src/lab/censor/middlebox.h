// What stands on the path between a client's network and a server's, without touching either.
#pragma once

#include "base/bytes.h"
#include "lab/packet/moment.h"

namespace rozaneh::lab {

// The client's side is inside the censor's country.
enum class Side { client, server };

constexpr Side opposite(Side side) { return side == Side::client ? Side::server : Side::client; }

// Where a middlebox puts what it lets out. Frames are Ethernet.
class Outlet {
 public:
  virtual ~Outlet() = default;
  // Lets out a frame that the middlebox was given, now; it is borrowed until the middlebox returns.
  virtual void pass(Side to, Bytes frame) = 0;
  // Lets out a frame of the middlebox's own, or one that was held back.
  virtual void send(Side to, Buffer frame) = 0;
};

class Middlebox {
 public:
  static constexpr Moment kNever = Moment::max();

  virtual ~Middlebox() = default;

  // A frame has come from `from`. What is not let out is dropped. The frame may be changed.
  virtual void take(Side from, MutableBytes frame, Moment now, Outlet& out) = 0;

  // When `wake` wants to be called, and then is, as soon as that can be.
  [[nodiscard]] virtual Moment wakes_at() const { return kNever; }
  virtual void wake(Moment /*now*/, Outlet& /*out*/) {}
};

// A wire.
class NoMiddlebox final : public Middlebox {
 public:
  void take(Side from, MutableBytes frame, Moment /*now*/, Outlet& out) override {
    out.pass(opposite(from), frame);
  }
};

}  // namespace rozaneh::lab
