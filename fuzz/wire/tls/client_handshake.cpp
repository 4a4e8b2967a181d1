// What a server may say to our TLS client: nothing does harm, and it ends.
#include "wire/tls/client_handshake.h"

#include "crypto/random.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rozaneh;
  crypto::SeededRandom random(1);
  tls::ClientHandshake client({.host = "server.example", .alpn = {"h2", "http/1.1"}}, random);
  (void)client.step({});
  Buffer received(data, data + size);
  for (;;) {
    const auto step = client.step(received);
    if (!step || step->failure || step->done || step->consumed == 0) return 0;
    received.erase(received.begin(), received.begin() + static_cast<std::ptrdiff_t>(step->consumed));
  }
}
