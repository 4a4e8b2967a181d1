// A cursor over borrowed bytes: each read checks the length, answers and advances.
//
// Absent bytes answer nullopt and leave the cursor where it was. Whether that means "truncated" or "need
// more" is for the caller to say: a message that is complete is truncated, a stream needs more.
#pragma once

#include <optional>

#include "base/bytes.h"

namespace rozaneh {

class Reader {
 public:
  explicit Reader(Bytes bytes) : rest_(bytes) {}

  // Unsigned integers, big endian as on the network.
  std::optional<std::uint8_t> u8();
  std::optional<std::uint16_t> u16();
  std::optional<std::uint32_t> u32();
  std::optional<std::uint64_t> u64();

  // The next `count` bytes, borrowed.
  std::optional<Bytes> bytes(std::size_t count);

  // A text that ends in a NUL byte, without it; at most `limit` characters.
  std::optional<std::string_view> until_nul(std::size_t limit);

  [[nodiscard]] Bytes rest() const { return rest_; }
  [[nodiscard]] std::size_t left() const { return rest_.size(); }
  [[nodiscard]] bool empty() const { return rest_.empty(); }

 private:
  Bytes rest_;
};

}  // namespace rozaneh
