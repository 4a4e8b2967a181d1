// What a server knows of one stream, without I/O: what came up and was not read, what goes down and was not
// told to have come.
//
// Each request says where in the stream it stands, so that one that comes twice, late or in two halves does
// no harm. Positions count bytes, and the end of a direction as one more.
#pragma once

#include "transport/http/queue.h"
#include "transport/http/token.h"

namespace rozaneh::http {

class ServerSide {
 public:
  static constexpr std::size_t kUpWindow = std::size_t{512} * 1024;         // unread
  static constexpr std::size_t kDownWindow = std::size_t{2} * 1024 * 1024;  // not told to have come
  static constexpr std::size_t kMostDown = std::size_t{1024} * 1024;        // in one answer

  // Takes what is new of a body that stands at `offset`, as far as there is room. False: it leaves a gap, or
  // goes past the end.
  bool take(std::uint64_t offset, Bytes body, bool end);
  // How much was taken, the end included.
  [[nodiscard]] std::uint64_t received() const { return received_ + (up_ended_ ? 1 : 0); }

  // For who uses the stream: what came and was not read. `up_ended`: nothing comes behind it.
  [[nodiscard]] Bytes unread() const { return up_.view(); }
  void read(std::size_t count) { up_.pop(count); }
  [[nodiscard]] bool up_ended() const { return up_ended_; }

  // Takes bytes to go down, as many as the window lets in; answers how many.
  std::size_t put(Bytes bytes, std::size_t window = kDownWindow);
  void end_down() { down_ended_ = true; }

  // All before `offset` has come. False: that was never sent. What was told before is no harm.
  bool acknowledge(std::uint64_t offset);
  // What stands at `offset`, kMostDown at most; empty where nothing does, or what does is gone.
  [[nodiscard]] Bytes down(std::uint64_t offset) const;
  [[nodiscard]] bool down_ended() const { return down_ended_; }
  // How much went down, the end not counted.
  [[nodiscard]] std::uint64_t sent() const { return acknowledged_ + down_.size(); }
  // Whether the other side has all, and its end.
  [[nodiscard]] bool down_over() const { return down_over_; }
  [[nodiscard]] std::size_t held() const { return up_.size() + down_.size(); }

 private:
  Queue up_;
  std::uint64_t received_ = 0;
  bool up_ended_ = false;
  Queue down_;
  std::uint64_t acknowledged_ = 0;
  bool down_ended_ = false;
  bool down_over_ = false;
};

}  // namespace rozaneh::http
