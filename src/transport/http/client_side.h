// What a client knows of its two directions, without I/O: what was not told to have been taken, and what
// came.
#pragma once

#include "transport/http/queue.h"
#include "transport/http/token.h"

namespace rozaneh::http {

class Upload {
 public:
  static constexpr std::size_t kWindow = std::size_t{512} * 1024;
  static constexpr std::size_t kMostBody = std::size_t{256} * 1024;
  // A body that did not come through is halved down to this: where connections die young, a request has to
  // be done before. It grows again with each that does.
  static constexpr std::size_t kLeastBody = std::size_t{4} * 1024;

  // Takes bytes to go up, as many as there is room for; answers how many.
  std::size_t put(Bytes bytes);
  void end() { ended_ = true; }
  // Something has to be asked.
  [[nodiscard]] bool pending() const { return !queue_.empty() || (ended_ && !over_); }
  // The server has all, and the end.
  [[nodiscard]] bool over() const { return over_; }
  [[nodiscard]] bool has_room() const { return queue_.size() < kWindow; }

  struct Body {
    std::uint64_t offset;
    Bytes bytes;
    bool end;  // the direction's
  };
  [[nodiscard]] Body next() const;
  // The server has taken so much, the end included. False: it cannot have.
  bool answered(std::uint64_t received);
  // The request that was made of `next` died.
  void failed() { body_ = std::max(body_ / 2, kLeastBody); }

 private:
  Queue queue_;
  std::uint64_t taken_ = 0;
  std::size_t body_ = std::size_t{64} * 1024;
  bool ended_ = false;
  bool over_ = false;
};

class Download {
 public:
  static constexpr std::size_t kWindow = std::size_t{512} * 1024;  // unread, before nothing more is read

  // What to ask for: all before it came. The end counts as one byte more.
  [[nodiscard]] std::uint64_t offset() const { return received_ + (ended_ ? 1 : 0); }
  void put(Bytes bytes) {
    queue_.push(bytes);
    received_ += bytes.size();
  }
  void end() { ended_ = true; }
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] Bytes unread() const { return queue_.view(); }
  void read(std::size_t count) { queue_.pop(count); }
  [[nodiscard]] bool has_room() const { return queue_.size() < kWindow; }

 private:
  Queue queue_;
  std::uint64_t received_ = 0;
  bool ended_ = false;
};

}  // namespace rozaneh::http
