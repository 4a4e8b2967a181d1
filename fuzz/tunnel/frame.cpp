// A record's frames, and that what was read is written and read again the same.
#include "tunnel/frame.h"

#include <cstdlib>

namespace {

using namespace rozaneh;
using namespace rozaneh::tunnel;

// All frames of the plaintext in their shortest form, PADDING and what is unknown left out; nullopt:
// malformed.
std::optional<Buffer> rewrite(Bytes plaintext) {
  Buffer room(plaintext.size() + 16);
  FrameWriter out(room);
  FrameReader in(plaintext);
  while (true) {
    auto frame = in.next();
    if (!frame) return std::nullopt;
    if (!*frame) break;
    std::visit(
        [&](const auto& one) {
          if constexpr (requires { out.put(one); }) {
            if (!out.put(one)) std::abort();  // the shortest form is never longer
          }
        },
        **frame);
  }
  room.resize(out.size());
  return room;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto once = rewrite({bytes, size});
  if (!once) return 0;
  if (once->size() > size || rewrite(*once) != once) std::abort();
  return 0;
}
