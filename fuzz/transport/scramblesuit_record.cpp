// Records: the input as it is, and then as the content of authentic records, which reaches what stands behind
// the MAC. Each content in the input is led by its length, a byte.
#include "base/reader.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "fuzz/transport/codec.h"
#include "transport/scramblesuit/codec.h"

namespace {

using namespace rozaneh;
using namespace rozaneh::scramblesuit;

Buffer authentic(const DirectionKey& key, Bytes input) {
  auto stream = key.stream();
  Reader reader(input);
  Buffer wire;
  while (const auto length = reader.u8()) {
    const auto content = reader.bytes(*length);
    if (!content) break;
    Buffer sealed(content->begin(), content->end());
    stream.apply(sealed);
    append(wire, Bytes(crypto::hmac_sha256(key.mac.bytes(), sealed)).first(kMacSize));
    append(wire, sealed);
  }
  return wire;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const Bytes input(bytes, size);
  const DirectionKey key;
  static const auto lengths = std::make_shared<const Lengths>(Seed{});
  for (const bool client : {true, false}) {
    const auto hooks = [client] {
      if (!client) return ClientHooks{};
      return ClientHooks{.keep = [](const Grant&) {}, .adopt = [](const Seed&) { return lengths; }};
    };
    crypto::SeededRandom random(std::uint64_t{0});
    const auto make = [&] {
      random = crypto::SeededRandom(std::uint64_t{0});
      return std::make_unique<RecordCodec>(key, key, lengths, random, hooks());
    };
    fuzz::fuzz_codec(make, input);
    fuzz::fuzz_codec(make, authentic(key, input));
  }
  return 0;
}
