// A server's first message.
#include "wire/tls/server_hello.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static_cast<void>(rozaneh::tls::parse_server_hello(rozaneh::Bytes(bytes, size)));
  return 0;
}
