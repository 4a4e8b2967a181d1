// A path behind a censor that aborts where what comes out is not as it must be.
#pragma once

#include <utility>

#include "fuzz/handshake.h"
#include "lab/censor/censor.h"
#include "lab/packet/build.h"
#include "lab/packet/edit.h"
#include "lab/packet/ethernet.h"

namespace rozaneh::fuzz {

// What is passed on is the frame that was given, once. What is sent is a frame that was held back, or a
// packet of the censor's own with right checksums.
class CheckedPath final : public lab::Outlet {
 public:
  CheckedPath(lab::CensorSpec spec, lab::Censor::Options options)
      : censor_(std::move(spec), std::move(options)) {}

  void give(lab::Side from, Buffer frame) {
    given_ = frame;
    passed_ = false;
    from_ = from;
    censor_.take(from, frame, now_, *this);
    require(passed_ || lab::parse_ethernet(given_));  // nothing else is dropped
  }

  void wait(lab::Moment time) {
    now_ += time;
    while (censor_.wakes_at() <= now_) censor_.wake(now_, *this);
  }

  void pass(lab::Side to, Bytes frame) override {
    require(!passed_ && to == lab::opposite(from_) && std::ranges::equal(frame, given_));
    passed_ = true;
  }

  void send(lab::Side /*to*/, Buffer frame) override {
    const auto ethernet = lab::parse_ethernet(frame);
    require(ethernet.has_value());
    require(lab::PacketView::parse(ethernet->payload).has_value());
  }

 private:
  lab::Censor censor_;
  lab::Moment now_{};
  Buffer given_;
  lab::Side from_{};
  bool passed_ = false;
};

inline IpAddress address_of(bool v6, std::uint8_t host) {
  if (!v6) return IpAddress(std::array<std::uint8_t, 4>{198, 51, 100, host});
  return IpAddress(std::array<std::uint8_t, 16>{0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, host});
}

inline Buffer framed(Bytes packet, bool v6) {
  const Buffer header = {2,
                         0,
                         0,
                         0,
                         0,
                         2,
                         2,
                         0,
                         0,
                         0,
                         0,
                         1,
                         static_cast<std::uint8_t>(v6 ? 0x86 : 8),
                         static_cast<std::uint8_t>(v6 ? 0xdd : 0)};
  return concat(header, packet);
}

}  // namespace rozaneh::fuzz
