#include "transport/webtunnel/h2_request.h"

#include "base/writer.h"
#include "site/h2_frame.h"
#include "site/hpack.h"

namespace rozaneh::webtunnel {
namespace {

using site::H2Type;

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr std::string_view kUserAgent =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";

constexpr std::uint8_t kWeight = 0x92;  // 147, as Chromium's for a WebSocket; exclusive, of stream 0
constexpr std::uint32_t kExclusive = 0x80000000;

// Fields as HPACK writes them: Chromium keeps pseudo-fields out of the table, but for :authority.
constexpr std::uint8_t kNotKept = 0x00;
constexpr std::uint8_t kKept = 0x40;

// Places in the static table.
constexpr std::uint8_t kAuthority = 1;
constexpr std::uint8_t kMethod = 2;
constexpr std::uint8_t kPath = 4;
constexpr std::uint8_t kAcceptEncoding = 16;
constexpr std::uint8_t kAcceptLanguage = 17;
constexpr std::uint8_t kCacheControl = 24;
constexpr std::uint8_t kUserAgentName = 58;
constexpr std::uint8_t kSchemeIsHttps = 0x87;  // name and value

void put(Buffer& block, std::uint8_t form, std::uint8_t name, std::string_view value) {
  block.push_back(form | name);
  site::put_hpack_text(block, value);
}

void put(Buffer& block, std::uint8_t form, std::string_view name, std::string_view value) {
  block.push_back(form);
  site::put_hpack_text(block, name);
  site::put_hpack_text(block, value);
}

Buffer field_block(const std::string& host, const std::string& path) {
  Buffer block;
  put(block, kNotKept, kMethod, "CONNECT");
  put(block, kKept, kAuthority, host);
  block.push_back(kSchemeIsHttps);
  put(block, kNotKept, kPath, path);
  put(block, kNotKept, ":protocol", "websocket");
  put(block, kKept, "pragma", "no-cache");
  put(block, kKept, kCacheControl, "no-cache");
  put(block, kKept, kUserAgentName, kUserAgent);
  put(block, kKept, "origin", "https://" + host);
  put(block, kKept, "sec-websocket-version", "13");
  put(block, kKept, kAcceptEncoding, "gzip, deflate, br, zstd");
  put(block, kKept, kAcceptLanguage, "en-US,en;q=0.9");
  put(block, kKept, "sec-websocket-extensions", "permessage-deflate; client_max_window_bits");
  return block;
}

}  // namespace

Buffer h2_greeting() {
  constexpr std::uint16_t kTableSize = 1;
  constexpr std::uint16_t kEnablePush = 2;
  constexpr std::uint16_t kInitialWindow = 4;
  constexpr std::uint16_t kMostFields = 6;
  Writer settings;
  settings.u16(kTableSize).u32(kH2TableSize).u16(kEnablePush).u32(0);
  settings.u16(kInitialWindow).u32(kH2StreamWindow).u16(kMostFields).u32(kH2MostFields);
  Writer increment;
  increment.u32(kH2ConnectionWindow - static_cast<std::uint32_t>(site::kH2Window));
  Buffer out = concat(bytes_of(kPreface));
  site::put_h2_frame(out, H2Type::settings, 0, 0, settings.view());
  site::put_h2_frame(out, H2Type::window_update, 0, 0, increment.view());
  return out;
}

Buffer h2_request(const std::string& host, const std::string& path) {
  Writer payload;
  payload.u32(kExclusive).u8(kWeight).bytes(field_block(host, path));
  Buffer out;
  site::put_h2_frame(out, H2Type::headers, site::kH2EndHeaders | site::kH2Priority, 1, payload.view());
  return out;
}

}  // namespace rozaneh::webtunnel
