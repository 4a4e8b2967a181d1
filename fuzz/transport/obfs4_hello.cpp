// Both hellos. The first byte chooses the side and whether the input is made a proper hello, with the right
// mark and MAC, so that the code behind them is reached too.
#include "crypto/hash.h"
#include "crypto/random.h"
#include "fuzz/handshake.h"
#include "transport/obfs4/handshake.h"

using namespace rozaneh;         // NOLINT(google-build-using-namespace)
using namespace rozaneh::obfs4;  // NOLINT(google-build-using-namespace)

namespace {

constexpr EpochHour kHour = 400'000;

struct Fixture {
  crypto::SeededRandom random{1};
  ServerIdentity identity = ServerIdentity::generate(random);

  [[nodiscard]] ClientHandshake client() const {
    crypto::SeededRandom same(2);
    return {identity.id, crypto::make_obfuscated_key_pair(same), kHour, Buffer(77)};
  }
  ServerHandshake server() {
    return {identity,
            crypto::make_obfuscated_key_pair(random),
            kHour,
            random,
            [](Bytes) { return false; },
            [](const Secret<144>&) { return Buffer(45); }};
  }
  // `body` with its mark and MAC behind it.
  [[nodiscard]] Buffer signed_hello(Bytes body) const {
    const Buffer key = identity.id.hmac_key();
    const auto mark = crypto::hmac_sha256(key, body.first(std::min<std::size_t>(32, body.size())));
    Buffer hello = concat(body, Bytes(mark).first(16));
    const auto mac = crypto::hmac_sha256(key, hello, bytes_of(std::to_string(kHour)));
    append(hello, Bytes(mac).first(16));
    return hello;
  }
};

void fuzz_server(Fixture& fixture, Bytes input, bool proper) {
  ServerHandshake handshake = fixture.server();
  fuzz::Ending ending;
  fuzz::step(handshake, {}, ending);
  // The server answers only where a read ends with the hello, so that the cut matters: one read.
  fuzz::step(handshake, input, ending);
  fuzz::require(ending.done == !ending.sent.empty());
  fuzz::require(!ending.waiting() || input.size() < kLargestHello);
  fuzz::require(!proper || input.size() < kLeastHello || input.size() > kLargestHello || !ending.waiting());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes body(data + 1, size - 1);
  Fixture fixture;
  const bool proper = (data[0] & 1U) != 0;
  const Buffer input = proper ? fixture.signed_hello(body) : Buffer(body.begin(), body.end());
  if ((data[0] & 2U) != 0) {
    fuzz_server(fixture, input, proper);
  } else {
    fuzz::fuzz_handshake([&fixture] { return fixture.client(); }, input, kLargestHello);
  }
  return 0;
}
