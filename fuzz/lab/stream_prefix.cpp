// Segments in any order, against a model that keeps every byte in a table of its own.
//
// The input: options (1), then segments, each a place (2), flags (1), a length (1) and as many bytes.
#include "lab/flow/stream_prefix.h"

#include <map>

#include "base/reader.h"
#include "fuzz/handshake.h"

namespace {

using namespace rozaneh;
using namespace rozaneh::lab;

constexpr std::size_t kLimit = 300;
constexpr std::uint32_t kIsn = 0xffffff00;  // so that the numbers wrap around

struct Model {
  Overlap overlap;
  std::map<std::size_t, std::uint8_t> bytes;
  std::size_t prefix = 0;

  void add(std::size_t place, Bytes payload) {
    for (const std::uint8_t byte : payload) {
      if (place >= prefix && place < kLimit) {
        if (overlap == Overlap::last_wins) bytes.insert_or_assign(place, byte);
        bytes.try_emplace(place, byte);
      }
      ++place;
    }
    while (bytes.contains(prefix)) ++prefix;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  Reader reader(Bytes(bytes, size));
  const auto options = reader.u8();
  if (!options) return 0;
  Model model{.overlap = (*options & 1U) != 0 ? Overlap::last_wins : Overlap::first_wins, .bytes = {}};
  StreamPrefix stream(kLimit, model.overlap);
  stream.add({.seq = kIsn - 1, .flags = kSyn}, {});
  for (int segments = 0; segments < 60; ++segments) {  // fewer than can be too many ranges
    const auto place = reader.u16();
    const auto flags = reader.u8();
    const auto length = reader.u8();
    if (!length) break;
    const auto payload = reader.bytes(std::min<std::size_t>(*length, reader.left()));
    const std::size_t at = *place % 512;
    const std::size_t before = model.prefix;
    model.add(at, *payload);
    const auto fin = static_cast<std::uint8_t>(*flags & kFin);
    const bool grew = stream.add({.seq = kIsn + static_cast<std::uint32_t>(at), .flags = fin}, *payload);
    fuzz::require(grew == (model.prefix > before));
    fuzz::require(stream.size() == model.prefix);
    for (std::size_t i = 0; i < model.prefix; ++i) fuzz::require(stream.bytes()[i] == model.bytes[i]);
    fuzz::require(stream.has_gap() == (model.bytes.size() > model.prefix));
  }
  return 0;
}
