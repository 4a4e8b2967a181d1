// Pipes that bytes rest in while the kernel moves them from one socket to another, borrowed for one move.
//
// As with buffers (io/buffer_pool.h), a connection on which nothing happens holds none. A pool belongs to one
// loop and is used on its thread only. Of pipes there are few: each costs two descriptors, and the system
// grants a user 64 MB of them (pipe(7), "pipe-user-pages-soft").
#pragma once

#include <array>
#include <cstddef>
#include <utility>
#include <vector>

namespace rozaneh::io {

class PipePool;

// Bytes in a borrowed pipe: move-only. The pipe goes back when it dies; one that is not empty is closed
// instead. Without a pipe it is false, and empty.
class Piped {
 public:
  Piped() = default;
  Piped(Piped&& other) noexcept { swap(other); }
  Piped& operator=(Piped&& other) noexcept {
    Piped old(std::move(other));
    swap(old);
    return *this;
  }
  ~Piped();

  explicit operator bool() const { return pool_ != nullptr; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

  // The ends, and what was moved in and out by them.
  [[nodiscard]] int reading_end() const { return ends_[0]; }
  [[nodiscard]] int writing_end() const { return ends_[1]; }
  void grow(std::size_t count) { size_ += count; }
  void shrink(std::size_t count) { size_ -= count; }

 private:
  friend class PipePool;
  using Ends = std::array<int, 2>;
  Piped(PipePool* pool, Ends ends) : pool_(pool), ends_(ends) {}
  void swap(Piped& other) noexcept;

  PipePool* pool_ = nullptr;
  Ends ends_{-1, -1};
  std::size_t size_ = 0;
};

class PipePool {
 public:
  static constexpr std::size_t kRoom =
      256 * 1024;  // bytes of a pipe, at most: a part of a page takes the room of one
  static constexpr std::size_t kMost = 64;  // lent at once

  PipePool() = default;
  ~PipePool();
  PipePool(const PipePool&) = delete;
  PipePool& operator=(const PipePool&) = delete;

  // An empty pipe; none where too many are lent already or the system gives no more.
  Piped borrow();

  [[nodiscard]] std::size_t lent() const { return lent_; }
  [[nodiscard]] std::size_t kept() const { return free_.size(); }  // for the next who borrow

 private:
  friend class Piped;
  void give_back(Piped::Ends ends, bool empty);

  static constexpr std::size_t kWarm = 4;
  std::vector<Piped::Ends> free_;
  std::size_t lent_ = 0;
};

}  // namespace rozaneh::io
