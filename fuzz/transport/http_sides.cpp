// Requests of one stream in any order, with any offsets: the server's side takes each byte once and holds no
// more than its windows. An operation is a byte and what it needs.
#include "base/reader.h"
#include "fuzz/handshake.h"
#include "transport/http/server_side.h"

namespace {

using namespace rozaneh;

// The byte that belongs at a place of the way up, so that a wrong one is seen.
std::uint8_t byte_at(std::uint64_t place) { return static_cast<std::uint8_t>(place * 31 + place / 251); }

Buffer bytes_at(std::uint64_t offset, std::size_t count) {
  Buffer bytes(count);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = byte_at(offset + i);
  return bytes;
}

struct Run {
  http::ServerSide side;
  std::uint64_t read = 0;

  void check() const {
    const Bytes unread = side.unread();
    fuzz::require(unread.size() <= http::ServerSide::kUpWindow);
    fuzz::require(side.received() == read + unread.size() + (side.up_ended() ? 1 : 0));
    for (std::size_t i = 0; i < unread.size(); ++i) fuzz::require(unread[i] == byte_at(read + i));
    fuzz::require(side.held() <= http::ServerSide::kUpWindow + http::ServerSide::kDownWindow);
  }

  bool step(Reader& reader) {
    const auto what = reader.u8();
    const auto offset = reader.u16();
    const auto count = reader.u16();
    if (!what || !offset || !count) return false;
    switch (*what % 5) {
      case 0:
      case 1:
        side.take(*offset, bytes_at(*offset, *count), *what % 5 == 1);
        break;
      case 2: {
        const std::size_t some = std::min<std::size_t>(*count, side.unread().size());
        side.read(some);
        read += some;
        break;
      }
      case 3:
        if (!side.down_ended()) side.put(bytes_at(side.sent(), *count));
        if (*offset == 0) side.end_down();
        break;
      default: {
        const bool possible = side.acknowledge(*offset);
        const Bytes down = side.down(*offset);
        fuzz::require(possible || down.empty());
        for (std::size_t i = 0; i < down.size(); ++i) fuzz::require(down[i] == byte_at(*offset + i));
      }
    }
    check();
    return true;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  Reader reader(Bytes(bytes, size));
  Run run;
  while (run.step(reader)) {
  }
  return 0;
}
