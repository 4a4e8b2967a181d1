// Big buffers that are borrowed for one read and given back, so that an idle connection holds none.
//
// A pool belongs to one loop and is used on its thread only. It keeps a few blocks warm and gives the rest
// back to the system at once (blocks are mapped by themselves, so that they leave no holes in the heap).
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace rozaneh::io {

class BufferPool;

// Bytes in a borrowed block: move-only, returns the block when it dies. An empty chunk holds no block.
class Chunk {
 public:
  Chunk() = default;
  Chunk(Chunk&& other) noexcept { swap(other); }
  Chunk& operator=(Chunk&& other) noexcept {
    Chunk old(std::move(other));
    swap(old);
    return *this;
  }
  ~Chunk();

  [[nodiscard]] MutableBytes bytes() const { return {block_ + begin_, end_ - begin_}; }
  [[nodiscard]] std::size_t size() const { return end_ - begin_; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }

  // The free room behind the bytes, to be read into; `grow` makes `count` of it part of the bytes.
  [[nodiscard]] MutableBytes room() const;
  void grow(std::size_t count) { end_ += count; }

  // The block as a whole, for framing; independent of the bytes.
  [[nodiscard]] MutableBytes whole_block() const;
  // Makes a copy of `bytes` the content; at most a block of them.
  void assign(Bytes bytes);

  void drop_front(std::size_t count) { begin_ += count; }
  void drop_back(std::size_t count) { end_ -= count; }
  // Puts bytes before the first; at most kHeadroom of them on a chunk as it was read.
  void prepend(Bytes bytes);

 private:
  friend class BufferPool;
  Chunk(BufferPool* pool, std::uint8_t* block, std::size_t start)
      : pool_(pool), block_(block), begin_(start), end_(start) {}
  void swap(Chunk& other) noexcept;

  BufferPool* pool_ = nullptr;
  std::uint8_t* block_ = nullptr;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

class BufferPool {
 public:
  static constexpr std::size_t kRead = 64 * 1024;      // what one read takes at most
  static constexpr std::size_t kHeadroom = 20 * 1024;  // before it: the rest of a frame that came earlier
  static constexpr std::size_t kTail = 4 * 1024;       // behind it: what framing adds to a full read
  static constexpr std::size_t kBlock = kHeadroom + kRead + kTail;

  BufferPool() = default;
  ~BufferPool();
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;

  // An empty chunk with kHeadroom before it and kRead of room. Throws std::bad_alloc when the system has no
  // memory.
  Chunk borrow();

  [[nodiscard]] std::size_t lent() const { return lent_; }

 private:
  friend class Chunk;
  void give_back(std::uint8_t* block);

  static constexpr std::size_t kWarm = 8;
  std::vector<std::uint8_t*> free_;
  std::size_t lent_ = 0;
};

}  // namespace rozaneh::io
