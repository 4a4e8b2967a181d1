// Builds a message byte by byte, big endian as on the network.
#pragma once

#include <cassert>
#include <utility>

#include "base/bytes.h"

namespace rozaneh {

class Writer {
 public:
  Writer& u8(std::uint8_t value) { return put<1>(value); }
  Writer& u16(std::uint16_t value) { return put<2>(value); }
  Writer& u32(std::uint32_t value) { return put<4>(value); }
  Writer& u64(std::uint64_t value) { return put<8>(value); }

  Writer& bytes(Bytes bytes) {
    append(out_, bytes);
    return *this;
  }
  Writer& text(std::string_view text) { return bytes(bytes_of(text)); }
  Writer& zeros(std::size_t count) {
    out_.insert(out_.end(), count, 0);
    return *this;
  }

  // Room for a message of so many bytes: one that holds a secret leaves no copy behind by growing.
  Writer& reserve(std::size_t size) {
    out_.reserve(size);
    return *this;
  }

  // What stands so far, borrowed until the next write.
  [[nodiscard]] Bytes view() const { return out_; }
  [[nodiscard]] std::size_t size() const { return out_.size(); }

  // Hands the message over; the writer is empty afterwards.
  Buffer take() { return std::exchange(out_, {}); }

 private:
  template <unsigned kCount>
  Writer& put(std::uint64_t value) {
    for (unsigned i = kCount; i-- > 0;) out_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    return *this;
  }

  Buffer out_;
};

// Big endian at a place that already exists, for headers written in place.
inline void store_u16(MutableBytes at, std::uint16_t value) {
  assert(at.size() >= 2);
  at[0] = static_cast<std::uint8_t>(value >> 8U);
  at[1] = static_cast<std::uint8_t>(value);
}

}  // namespace rozaneh
