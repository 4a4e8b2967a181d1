// What stands before and behind obfs3's magic value. The keys are all zero, and so is the magic.
#include "crypto/random.h"
#include "fuzz/transport/codec.h"
#include "transport/obfs3/codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace rozaneh;
  crypto::SeededRandom random(std::uint64_t{0});
  const obfs3::DirectionKey key;
  fuzz::fuzz_codec([&] { return std::make_unique<obfs3::PaddedCodec>(key, key, random); },
                   Bytes(bytes, size));
  return 0;
}
