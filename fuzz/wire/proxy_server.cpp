// What an application sends to our listening port: SOCKS5, SOCKS4 and HTTP CONNECT.
#include "wire/proxy_server.h"

#include "fuzz/handshake.h"
#include "wire/http_head.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace rozaneh;
  fuzz::fuzz_handshake([] { return ProxyServer(); }, Bytes(bytes, size), kMaxHttpHead);
  return 0;
}
