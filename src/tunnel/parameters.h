// What both sides of a session say in their first hellos; the values are those that count where one is not
// said.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/random.h"

namespace rozaneh::tunnel {

// What a client may use before the server's parameters are known.
inline constexpr std::uint64_t kEarlyWindow = 16'384;
inline constexpr std::uint64_t kEarlyStreams = 16;

struct Parameters {
  std::uint64_t stream_window = 262'144;     // bytes of each stream; at least kEarlyWindow
  std::uint64_t session_window = 1'048'576;  // bytes of all streams; at least kEarlyWindow
  std::uint64_t streams = 256;               // the server's: open at once, at least kEarlyStreams
  std::chrono::seconds life{300};            // the server's: kept so long without any connection
  std::uint64_t connections = 8;             // the server's: at once
  // The client's, of the connection whose hello says it alone.
  std::uint64_t send_at_most = 0;    // bytes that the server sends on it, then it retires it; 0: any
  std::uint64_t padded_records = 0;  // how many of the server's first records are padded
  std::uint64_t padding = 0;         // each to a size that is drawn up to this
};

// What a client may ask a server for.
inline constexpr std::uint64_t kMostPaddedRecords = 64;
inline constexpr std::uint64_t kMostPadding = 8'192;
inline constexpr std::uint64_t kLeastSent = 8'192;  // bytes on a connection: less is taken for this

// A connection's hello and each of its first `records` records are padded to a size that is drawn from 0 to
// `bytes`.
struct EarlyPadding {
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;

  [[nodiscard]] std::size_t draw(Random& random) const {
    return records == 0 ? 0 : random.between(0, static_cast<std::uint32_t>(bytes));
  }
};

}  // namespace rozaneh::tunnel
