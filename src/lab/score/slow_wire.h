// The client's line: a middlebox around the censor that takes its time as real lines do, and keeps a capture.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "base/error.h"
#include "io/file.h"
#include "lab/censor/middlebox.h"

namespace rozaneh::lab {

// 40 ms there and back, 40 Mbit/s each way. On a wire without any delay, what a fetch measures is how busy
// the machine is.
class SlowWire final : public Middlebox {
 public:
  // `beyond` outlives this: what stands at the line's far end.
  explicit SlowWire(Middlebox& beyond) : beyond_(beyond) {}

  // Writes all that leaves and reaches the client into a pcap file, up to 64 MiB.
  Result<> capture_to(const std::string& path);

  void take(Side from, MutableBytes frame, Moment now, Outlet& out) override;
  [[nodiscard]] Moment wakes_at() const override;
  void wake(Moment now, Outlet& out) override;

 private:
  // One direction.
  struct Lane {
    struct Travelling {
      Moment arrives;
      Buffer frame;
    };
    std::deque<Travelling> frames;
    Moment busy_until{};  // while earlier frames are put on the line

    void put(Bytes frame, Moment now);
    [[nodiscard]] bool has_arrived(Moment now) const {
      return !frames.empty() && frames.front().arrives <= now;
    }
    [[nodiscard]] Moment next() const { return frames.empty() ? kNever : frames.front().arrives; }
    Buffer pop();
  };
  class Beyond;

  void capture(Bytes frame);

  Middlebox& beyond_;
  Lane up_, down_;
  std::optional<io::File> file_;
  std::size_t captured_ = 0;
};

}  // namespace rozaneh::lab
