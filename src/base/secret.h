// A key of N bytes: wiped when it dies, neither printed nor compared with ==.
#pragma once

#include <array>
#include <cstring>

#include "base/bytes.h"

namespace rozaneh {

// Overwrites memory that held a secret, in a way that the compiler keeps.
inline void wipe(MutableBytes bytes) {
  if (!bytes.empty()) explicit_bzero(bytes.data(), bytes.size());  // an empty one may have no memory
}

template <std::size_t N>
class Secret {
 public:
  static constexpr std::size_t kSize = N;

  Secret() = default;
  // Copies exactly N bytes; a view of another length is a bug of the caller.
  explicit Secret(std::span<const std::uint8_t, N> bytes) { copy(bytes_, bytes); }
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  ~Secret() { wipe(bytes_); }

  bool operator==(const Secret&) const = delete;  // crypto::equal compares in constant time

  [[nodiscard]] std::span<const std::uint8_t, N> bytes() const { return bytes_; }
  [[nodiscard]] std::span<std::uint8_t, N> bytes() { return bytes_; }

 private:
  std::array<std::uint8_t, N> bytes_{};
};

}  // namespace rozaneh
