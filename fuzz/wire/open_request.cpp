// Both sides of the open request, each with what the other may send.
#include "wire/open_request.h"

#include "fuzz/handshake.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace rozaneh;
  const Bytes input(bytes, size);
  const Target target("example.org", 443);
  fuzz::fuzz_handshake([] { return OpenRequestServer(); }, input, 263);
  fuzz::fuzz_handshake([&] { return OpenRequestClient(target); }, input, 263);
  return 0;
}
