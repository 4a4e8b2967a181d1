// What our client says first in HTTP/2: Chromium's settings, and its request for a WebSocket (RFC 8441).
//
// To the byte what Chromium 156 of Debian 12 was seen to send (tests/e2e/webtunnel_http2_test.py looks at it
// again), but for this: there, a page comes first, and the WebSocket is the connection's second stream.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace rozaneh::webtunnel {

// SETTINGS as they are sent.
inline constexpr std::uint32_t kH2TableSize = 65536;            // SETTINGS_HEADER_TABLE_SIZE
inline constexpr std::uint32_t kH2StreamWindow = 6291456;       // SETTINGS_INITIAL_WINDOW_SIZE
inline constexpr std::uint32_t kH2MostFields = 262144;          // SETTINGS_MAX_HEADER_LIST_SIZE
inline constexpr std::uint32_t kH2ConnectionWindow = 15728640;  // what WINDOW_UPDATE makes of the 65535

// The preface, SETTINGS, and WINDOW_UPDATE: one write.
Buffer h2_greeting();

// HEADERS of stream 1: the next. `host` is the name alone, or with a port other than 443.
Buffer h2_request(const std::string& host, const std::string& path);

}  // namespace rozaneh::webtunnel
