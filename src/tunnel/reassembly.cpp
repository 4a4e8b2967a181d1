#include "tunnel/reassembly.h"

#include <bit>

namespace rozaneh::tunnel {
namespace {

// A chunk behind another one has room for small pieces that follow; the first one has little, since most
// streams that are read at once never have a second.
constexpr std::size_t kFirstChunk = 256;
constexpr std::size_t kNextChunk = 4'096;

// The bits low..high-1 of a word; high is at most 64 and low less.
std::uint64_t mask(std::size_t low, std::size_t high) {
  const std::uint64_t below_high = high == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << high) - 1;
  return below_high & ~((std::uint64_t{1} << low) - 1);
}

}  // namespace

void Reassembly::Block::put(std::size_t at, Bytes from) {
  copy(std::span(bytes).subspan(at), from);
  const std::size_t end = at + from.size();
  for (std::size_t word = at / 64; word * 64 < end; ++word) {
    const std::size_t low = word * 64 < at ? at - word * 64 : 0;
    here.at(word) |= mask(low, std::min<std::size_t>(64, end - word * 64));
  }
}

std::size_t Reassembly::Block::run(std::size_t at) const {
  const std::size_t start = at;
  while (at < kBlock) {
    const auto ones = static_cast<std::size_t>(std::countr_one(here.at(at / 64) >> (at % 64)));
    at += ones;
    if (ones == 0 || at % 64 != 0) break;
  }
  return at - start;
}

bool Reassembly::Block::any(std::size_t at) const {
  if (at == kBlock) return false;
  if ((here.at(at / 64) >> (at % 64)) != 0) return true;
  return std::any_of(here.begin() + static_cast<std::ptrdiff_t>(at / 64) + 1, here.end(),
                     [](auto word) { return word != 0; });
}

void Reassembly::accept(std::uint64_t offset, Bytes bytes) {
  if (offset + bytes.size() <= arrived_) return;
  if (offset < arrived_) {
    bytes = bytes.subspan(arrived_ - offset);
    offset = arrived_;
  }
  if (offset > arrived_) return keep(offset, bytes);
  append_in_order(bytes);
  if (!blocks_.empty()) join_blocks();
}

void Reassembly::append_in_order(Bytes bytes) {
  arrived_ += bytes.size();
  ready_ += bytes.size();
  if (!chunks_.empty()) {
    Chunk& last = chunks_.back();
    const std::size_t fits = std::min(last.capacity - last.size, bytes.size());
    copy({last.memory.get() + last.size, fits}, bytes.first(fits));
    last.size += fits;
    bytes = bytes.subspan(fits);
  }
  if (bytes.empty()) return;
  const std::size_t capacity = std::max(bytes.size(), chunks_.empty() ? kFirstChunk : kNextChunk);
  Chunk chunk{std::make_shared_for_overwrite<std::uint8_t[]>(capacity), capacity, bytes.size()};
  copy({chunk.memory.get(), capacity}, bytes);
  chunk_memory_ += capacity;
  chunks_.push(std::move(chunk));
}

void Reassembly::keep(std::uint64_t offset, Bytes bytes) {
  while (!bytes.empty()) {
    const std::size_t at = offset % kBlock;
    const std::size_t fits = std::min(kBlock - at, bytes.size());
    auto& block = blocks_[offset / kBlock];
    if (!block) block = std::make_unique<Block>();
    block->put(at, bytes.first(fits));
    bytes = bytes.subspan(fits);
    offset += fits;
  }
}

void Reassembly::join_blocks() {
  while (!blocks_.empty()) {
    const auto first = blocks_.begin();
    const std::uint64_t start = first->first * kBlock;
    if (start + kBlock > arrived_) {
      if (start > arrived_) return;
      const std::size_t at = arrived_ - start;
      const std::size_t run = first->second->run(at);
      append_in_order(Bytes(first->second->bytes).subspan(at, run));
      if (first->second->any(at + run)) return;
    }
    blocks_.erase(first);
  }
}

Piece Reassembly::take() {
  Chunk chunk = chunks_.pop();
  ready_ -= chunk.size;
  chunk_memory_ -= chunk.capacity;
  const Bytes bytes(chunk.memory.get(), chunk.size);
  return {std::move(chunk.memory), bytes};
}

void Reassembly::clear() {
  chunks_.clear();
  blocks_.clear();
  ready_ = chunk_memory_ = 0;
}

std::vector<Piece> Reassembly::unread() const {
  std::vector<Piece> pieces;
  for (const Chunk& chunk : chunks_) pieces.push_back({chunk.memory, {chunk.memory.get(), chunk.size}});
  return pieces;
}

std::vector<StreamSnapshot::Early> Reassembly::early() const {
  std::vector<StreamSnapshot::Early> parts;
  for (const auto& [index, block] : blocks_) {
    const std::uint64_t start = index * kBlock;
    // What lies below was here before, and is kept only until the block is done with.
    std::size_t at = arrived_ > start ? arrived_ - start : 0;
    while (at < kBlock) {
      const std::size_t run = block->run(at);
      if (run > 0) parts.push_back({start + at, Piece::copy_of(Bytes(block->bytes).subspan(at, run))});
      at += run + 1;
    }
  }
  return parts;
}

std::size_t Reassembly::held() const { return chunk_memory_ + blocks_.size() * sizeof(Block); }

}  // namespace rozaneh::tunnel
