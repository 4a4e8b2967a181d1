#include "lab/score/slow_wire.h"

#include <cerrno>
#include <chrono>

#include "io/error.h"
#include "lab/packet/capture.h"

namespace rozaneh::lab {
namespace {

constexpr std::chrono::milliseconds kOneWay{20};
constexpr std::int64_t kNanosecondsPerByte = 200;  // 40 Mbit/s
constexpr std::chrono::milliseconds kMostWaiting{100};
constexpr std::size_t kMostCaptured = std::size_t{64} << 20U;

}  // namespace

// Where the censor puts what it lets out.
class SlowWire::Beyond final : public Outlet {
 public:
  Beyond(Lane& down, Moment now, Outlet& server) : down_(down), now_(now), server_(server) {}
  // A frame of ours is gone before it is on its way: it is given away.
  void pass(Side to, Bytes frame) override { send(to, Buffer(frame.begin(), frame.end())); }
  void send(Side to, Buffer frame) override {
    if (to == Side::server)
      server_.send(to, std::move(frame));
    else
      down_.put(frame, now_);
  }

 private:
  Lane& down_;
  Moment now_;
  Outlet& server_;
};

void SlowWire::Lane::put(Bytes frame, Moment now) {
  if (busy_until - now > kMostWaiting) return;  // the line's queue is full
  busy_until =
      std::max(busy_until, now) + Moment(kNanosecondsPerByte * static_cast<std::int64_t>(frame.size()));
  frames.push_back({.arrives = busy_until + kOneWay, .frame = Buffer(frame.begin(), frame.end())});
}

Buffer SlowWire::Lane::pop() {
  Buffer frame = std::move(frames.front().frame);
  frames.pop_front();
  return frame;
}

Result<> SlowWire::capture_to(const std::string& path) {
  file_.emplace(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file_->is_open() || !file_->write_all(capture_head(LinkType::ethernet)))
    return std::unexpected(io::from_errno(errno, "write " + path));
  return {};
}

void SlowWire::capture(Bytes frame) {
  if (!file_ || captured_ > kMostCaptured) return;
  const Moment now = std::chrono::system_clock::now().time_since_epoch();
  captured_ += frame.size();
  (void)file_->write_all(capture_record(frame, now));
}

void SlowWire::take(Side from, MutableBytes frame, Moment now, Outlet& out) {
  if (from == Side::client) {
    capture(frame);
    up_.put(frame, now);
  } else {
    Beyond beyond(down_, now, out);
    beyond_.take(from, frame, now, beyond);
  }
}

Moment SlowWire::wakes_at() const { return std::min({up_.next(), down_.next(), beyond_.wakes_at()}); }

void SlowWire::wake(Moment now, Outlet& out) {
  Beyond beyond(down_, now, out);
  while (up_.has_arrived(now)) {
    Buffer frame = up_.pop();
    beyond_.take(Side::client, frame, now, beyond);
  }
  if (beyond_.wakes_at() <= now) beyond_.wake(now, beyond);
  while (down_.has_arrived(now)) {
    Buffer frame = down_.pop();
    capture(frame);
    out.send(Side::client, std::move(frame));
  }
}

}  // namespace rozaneh::lab
