// What something that pretends to be Tor sends to the extended ORPort's client. The cookie and the nonce are
// fixed, so that the seeds can prove themselves.
#include "wire/ext_orport.h"

#include "fuzz/handshake.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace rozaneh;
  const Bytes input(bytes, size);
  (void)parse_ext_orport_cookie(input);
  const ExtOrPortCookie cookie;
  fuzz::fuzz_handshake(
      [&] {
        return ExtOrPortClient(cookie, {}, {.peer = Endpoint::parse("192.0.2.1:5"), .transport = "obfs4"});
      },
      input, 4 * 1024);
  return 0;
}
