// A client's QUIC datagrams, as they are and, so that the mutations get past the tag, as the frames inside.
#include "lab/recognise/quic.h"

#include <cstdlib>

#include "lab/recognise/quic_gfw.h"

namespace {

using namespace rozaneh;
using namespace rozaneh::lab;

void require(bool holds) {
  if (!holds) std::abort();
}

void read_datagrams(Bytes input) {
  QuicHelloReader reader(4096);
  const auto first = reader.feed(input);
  if (first != QuicHelloReader::Answer::more) require(reader.feed(input) == first);
  const auto seen = gfw_client_hello(input);
  static_cast<void>(is_quic_client_initial(input));
  static_cast<void>(seen);
}

void read_frames(Bytes input) {
  QuicCryptoStream stream(1000);
  static_cast<void>(take_crypto_frames(input, stream));
  require(stream.beginning().size() <= 1000);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  read_datagrams(Bytes(bytes, size));
  read_frames(Bytes(bytes, size));
  return 0;
}
