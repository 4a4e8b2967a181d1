// Frames from a peer that has the keys and one that has not: the first bytes choose how the rest is cut,
// whether it is raw or sealed first, and which bits are changed on the way.
#include "crypto/random.h"
#include "fuzz/handshake.h"
#include "transport/obfs4/codec.h"

using namespace rozaneh;         // NOLINT(google-build-using-namespace)
using namespace rozaneh::obfs4;  // NOLINT(google-build-using-namespace)

namespace {

struct Fixture {
  crypto::SeededRandom random{1};
  Buffer key = random.bytes(kFrameKeySize);
  ShapePtr shape = std::make_shared<const Shape>(Seed{}, WeightedTable::Weights::uniform);

  FrameCodec codec() { return {FrameKey(key), FrameKey(key), shape, IatMode::none, random, nullptr}; }
};

// All plaintext that comes out before a failure or the end.
Buffer decode(FrameCodec codec, Bytes wire, std::size_t read_size) {
  Buffer plain;
  Buffer rest;
  while (!wire.empty()) {
    const Bytes read = wire.first(std::min(read_size, wire.size()));
    wire = wire.subspan(read.size());
    append(rest, read);
    const auto decoded = codec.decode(rest);
    if (!decoded) return plain;
    fuzz::require(decoded->consumed <= rest.size() && decoded->plain <= decoded->consumed);
    append(plain, Bytes(rest).first(decoded->plain));
    rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(decoded->consumed));
    // Never more than a part of one frame is asked for again.
    fuzz::require(rest.size() < kSegment || !codec.decode({}));
  }
  return plain;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const Bytes input(data, size);
  const std::size_t read_size = 1 + std::size_t{input[0]} * (input[1] % 8U);
  const Bytes body = input.subspan(4);
  Fixture fixture;
  if (input[2] % 2 == 0) {
    (void)decode(fixture.codec(), body, read_size);
    return 0;
  }
  FrameCodec sender = fixture.codec();
  Buffer wire(std::size_t{64} * 1024 + 8192);
  const auto encoded = sender.encode(body, wire);
  wire.resize(encoded.produced);
  const bool changed = input[3] != 0 && !wire.empty();
  if (changed) wire[input[3] * 31U % wire.size()] ^= input[3];
  const Buffer plain = decode(fixture.codec(), wire, read_size);
  const Bytes sent = body.first(encoded.consumed);
  fuzz::require(plain.size() <= sent.size() && std::ranges::equal(plain, sent.first(plain.size())));
  fuzz::require(changed || plain.size() == sent.size());
  return 0;
}
