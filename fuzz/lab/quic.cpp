// A client's QUIC datagrams, as they are and, so that the mutations get past the tag, as the frames inside.
#include "lab/recognise/quic.h"

#include <cstdlib>

#include "lab/recognise/quic_gfw.h"
#include "tests/lab/quic_packets.h"

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

// A hello that the firewall reads in a packet without oddities is one for everybody.
void read_sealed(Bytes input) {
  const Buffer packet = sealed({}, input.first(std::min<std::size_t>(input.size(), 16000)));
  const auto seen = gfw_client_hello(packet, {.zero_length_is_to_the_end = false});
  QuicHelloReader reader;
  if (reader.feed(packet) == QuicHelloReader::Answer::hello && seen) require(reader.hello() == *seen);
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
  read_sealed(Bytes(bytes, size));
  return 0;
}
