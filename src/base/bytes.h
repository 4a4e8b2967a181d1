// The byte types that everything speaks: borrowed views and owned buffers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace rozaneh {

// A borrowed view of bytes; the owner outlives the call (or the awaited task).
using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

// Owned bytes of variable length.
using Buffer = std::vector<std::uint8_t>;

// The bytes of a text, without its end mark.
inline Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// The same bytes read as text (no encoding is checked).
inline std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline void append(Buffer& to, Bytes bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

// Copies `from` to the start of `to`, which must be at least as long. (Not std::ranges::copy: on spans, that
// becomes a loop over bytes.)
inline void copy(MutableBytes to, Bytes from) {
  if (!from.empty()) std::memmove(to.data(), from.data(), from.size());
}

// Appends all parts to one new buffer, in order.
template <class... Parts>
Buffer concat(const Parts&... parts) {
  Buffer all;
  all.reserve((std::size_t{0} + ... + std::size(parts)));
  (append(all, parts), ...);
  return all;
}

}  // namespace rozaneh
