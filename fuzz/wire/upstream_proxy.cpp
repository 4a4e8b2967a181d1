// What an upstream proxy answers to us. The first byte of the input chooses the protocol.
#include "fuzz/handshake.h"
#include "wire/http_connect_client.h"
#include "wire/http_head.h"
#include "wire/socks4a_client.h"
#include "wire/socks5_client.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace rozaneh;
  if (size == 0) return 0;
  const Target target("example.org", 443);
  const Bytes input = Bytes(bytes, size).subspan(1);
  switch (bytes[0] % 4) {
    case 0:
      fuzz::fuzz_handshake([&] { return Socks5Client(target); }, input, 262);
      break;
    case 1:
      fuzz::fuzz_handshake([&] { return Socks5Client(target, Credentials{"a", "b"}); }, input, 262);
      break;
    case 2:
      fuzz::fuzz_handshake([&] { return Socks4aClient(target); }, input, 8);
      break;
    default:
      fuzz::fuzz_handshake([&] { return HttpConnectClient(target); }, input, kMaxHttpHead);
  }
  return 0;
}
