#include "transport/obfs2/codec.h"

namespace rozaneh::obfs2 {

CipherCodec::CipherCodec(const StreamKey& send, const StreamKey& receive)
    : send_(send.bytes().first<16>(), send.bytes().last<16>()),
      receive_(receive.bytes().first<16>(), receive.bytes().last<16>()) {}

transport::Encoded CipherCodec::encode(Bytes plain, MutableBytes wire) {
  const std::size_t count = std::min(plain.size(), wire.size());
  copy(wire, plain.first(count));
  send_.apply(wire.first(count));
  return {.consumed = count, .produced = count};
}

Result<transport::Decoded> CipherCodec::decode(MutableBytes wire) {
  receive_.apply(wire);
  return transport::Decoded{.plain = wire.size(), .consumed = wire.size()};
}

}  // namespace rozaneh::obfs2
