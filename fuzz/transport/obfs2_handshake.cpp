// What either side of obfs2 may be sent. The header is encrypted under a key that the input's own first
// bytes give, so the fuzzer can reach what stands behind it.
#include "fuzz/handshake.h"
#include "transport/obfs2/handshake.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace rozaneh;
  for (const auto side : {transport::Side::initiator, transport::Side::responder})
    fuzz::fuzz_handshake([&] { return obfs2::SeedHandshake(side, obfs2::Seed{}, Buffer(3)); },
                         Bytes(bytes, size), 24);
  return 0;
}
