// Integers of 1, 2, 4 or 8 bytes whose first two bits say how many: QUIC's (RFC 9000 section 16).
#pragma once

#include "base/reader.h"
#include "base/writer.h"

namespace rozaneh {

inline constexpr std::uint64_t kMaxVarint = (std::uint64_t{1} << 62U) - 1;

// The bytes of its shortest form. Values above kMaxVarint have none, and are a bug of the caller.
constexpr std::size_t varint_size(std::uint64_t value) {
  if (value < (1U << 6U)) return 1;
  if (value < (1U << 14U)) return 2;
  return value < (1U << 30U) ? 4 : 8;
}

// Takes one off the reader, in any form; nullopt, and nothing taken, where bytes are missing.
std::optional<std::uint64_t> take_varint(Reader& reader);

// Appends the shortest form.
Writer& put_varint(Writer& writer, std::uint64_t value);

// Writes the shortest form to the front of `at`, which has room for it; answers its size.
std::size_t store_varint(MutableBytes at, std::uint64_t value);

}  // namespace rozaneh
