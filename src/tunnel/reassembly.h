// The bytes of one direction of a stream, put together again out of pieces that come twice, late and in any
// order.
//
// What comes in order is copied once and waits to be read. What comes before its turn lies at its place in
// blocks of 4 KiB with one bit a byte, so that the smallest pieces in the worst order cost no more memory
// than the window they were sent in (and an eighth more), and no more time than large ones in the best order.
#pragma once

#include <array>
#include <map>
#include <memory>

#include "tunnel/fifo.h"
#include "tunnel/snapshot.h"

namespace rozaneh::tunnel {

class Reassembly {
 public:
  // Takes bytes that stand at an offset. The caller has seen to it that they lie in the window.
  void accept(std::uint64_t offset, Bytes bytes);

  // Everything below this offset is here, or was read.
  [[nodiscard]] std::uint64_t arrived() const { return arrived_; }
  [[nodiscard]] std::size_t ready() const { return ready_; }  // bytes that can be read

  // The next bytes in order, as many as lie in one piece; there are some.
  Piece take();

  // Drops all that is kept; nothing is taken or read from here on.
  void clear();

  // All that was taken and not read: the bytes up to arrived() in order, and those that came before their
  // turn, with their offsets. The former are shared, the latter copied.
  [[nodiscard]] std::vector<Piece> unread() const;
  [[nodiscard]] std::vector<StreamSnapshot::Early> early() const;
  // Before all else: the bytes below were here, and were read.
  void begin_at(std::uint64_t offset) { arrived_ = offset; }

  // Memory for bytes, read or not.
  [[nodiscard]] std::size_t held() const;

 private:
  static constexpr std::size_t kBlock = 4'096;
  static constexpr std::size_t kWords = kBlock / 64;
  struct Block {
    std::array<std::uint64_t, kWords> here{};  // bit i of word w: byte 64w + i has come
    std::array<std::uint8_t, kBlock> bytes;
    void put(std::size_t at, Bytes bytes);
    [[nodiscard]] std::size_t run(std::size_t at) const;  // bytes that have come, from `at` on
    [[nodiscard]] bool any(std::size_t at) const;         // whether any has, from `at` on
  };
  struct Chunk {
    std::shared_ptr<std::uint8_t[]> memory;
    std::size_t capacity = 0, size = 0;
  };

  void append_in_order(Bytes bytes);
  void keep(std::uint64_t offset, Bytes bytes);
  void join_blocks();

  Fifo<Chunk> chunks_;
  std::size_t ready_ = 0;
  std::size_t chunk_memory_ = 0;
  std::uint64_t arrived_ = 0;
  std::map<std::uint64_t, std::unique_ptr<Block>> blocks_;  // by offset / kBlock
};

}  // namespace rozaneh::tunnel
