#include "io/buffer_pool.h"

#include <sys/mman.h>

#include <cassert>
#include <new>

namespace rozaneh::io {

Chunk::~Chunk() {
  if (block_ != nullptr) pool_->give_back(block_);
}

MutableBytes Chunk::room() const { return {block_ + end_, BufferPool::kBlock - BufferPool::kTail - end_}; }

MutableBytes Chunk::whole_block() const { return {block_, BufferPool::kBlock}; }

void Chunk::assign(Bytes bytes) {
  assert(bytes.size() <= BufferPool::kBlock);
  // Where it fits there is headroom before it, as in a chunk that was read.
  begin_ = bytes.size() <= room().size() ? BufferPool::kHeadroom : 0;
  end_ = begin_ + bytes.size();
  copy(this->bytes(), bytes);
}

void Chunk::prepend(Bytes bytes) {
  assert(bytes.size() <= begin_);
  begin_ -= bytes.size();
  copy(this->bytes(), bytes);
}

void Chunk::swap(Chunk& other) noexcept {
  std::swap(pool_, other.pool_);
  std::swap(block_, other.block_);
  std::swap(begin_, other.begin_);
  std::swap(end_, other.end_);
}

BufferPool::~BufferPool() {
  for (std::uint8_t* block : free_) munmap(block, kBlock);
}

Chunk BufferPool::borrow() {
  std::uint8_t* block = nullptr;
  if (!free_.empty()) {
    block = free_.back();
    free_.pop_back();
  } else {
    void* mapped = mmap(nullptr, kBlock, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();  // NOLINT(cppcoreguidelines-pro-type-cstyle-cast)
    block = static_cast<std::uint8_t*>(mapped);
  }
  ++lent_;
  return {this, block, kHeadroom};
}

void BufferPool::give_back(std::uint8_t* block) {
  --lent_;
  if (free_.size() < kWarm) {
    free_.push_back(block);
  } else {
    munmap(block, kBlock);
  }
}

}  // namespace rozaneh::io
