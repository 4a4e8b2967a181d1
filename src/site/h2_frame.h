// Frames of HTTP/2 (RFC 9113 section 4) as they are written, and its numbers.
#pragma once

#include "base/bytes.h"
#include "base/writer.h"

namespace rozaneh::site {

enum class H2Type : std::uint8_t {
  data = 0,
  headers = 1,
  priority = 2,
  rst_stream = 3,
  settings = 4,
  push_promise = 5,
  ping = 6,
  goaway = 7,
  window_update = 8,
  continuation = 9,
};

enum class H2Error : std::uint32_t {
  none = 0,
  protocol = 1,
  internal = 2,
  flow_control = 3,
  stream_closed = 5,
  frame_size = 6,
  refused_stream = 7,
  cancel = 8,
  compression = 9,
  enhance_your_calm = 11,
};

inline constexpr std::uint8_t kH2EndStream = 0x1;
inline constexpr std::uint8_t kH2Ack = 0x1;
inline constexpr std::uint8_t kH2EndHeaders = 0x4;
inline constexpr std::uint8_t kH2Padded = 0x8;
inline constexpr std::uint8_t kH2Priority = 0x20;

inline constexpr std::size_t kH2FrameHead = 9;
inline constexpr std::int64_t kH2MostWindow = 0x7fffffff;
inline constexpr std::int64_t kH2Window = 65535;  // what both begin with
inline constexpr std::size_t kH2Frame = 16384;    // what every peer takes

inline void put_h2_frame(Buffer& out, H2Type type, std::uint8_t flags, std::uint32_t stream, Bytes payload) {
  Writer head;
  head.u8(static_cast<std::uint8_t>(payload.size() >> 16U)).u16(static_cast<std::uint16_t>(payload.size()));
  head.u8(static_cast<std::uint8_t>(type)).u8(flags).u32(stream);
  append(out, head.view());
  append(out, payload);
}

}  // namespace rozaneh::site
