#include "transport/obfs3/codec.h"

#include <cstring>

namespace rozaneh::obfs3 {

static_assert(transport::Codec::kLeastRoom > kMostPadding + kMagicSize);

PaddedCodec::PaddedCodec(const DirectionKey& send, const DirectionKey& receive, Random& random)
    : send_(send.cipher.bytes().first<16>(), send.cipher.bytes().last<16>()),
      receive_(receive.cipher.bytes().first<16>(), receive.cipher.bytes().last<16>()),
      magic_(send.magic),
      scanner_(receive.magic),
      random_(random) {}

transport::Encoded PaddedCodec::encode(Bytes plain, MutableBytes wire) {
  const std::size_t start = magic_ ? encode_start(wire) : 0;
  const std::size_t count = std::min(plain.size(), wire.size() - start);
  const MutableBytes data = wire.subspan(start, count);
  copy(data, plain.first(count));
  send_.apply(data);
  return {.consumed = count, .produced = start + count};
}

std::size_t PaddedCodec::encode_start(MutableBytes wire) {
  const std::size_t padding = random_.between(0, kMostPadding);
  random_.fill(wire.first(padding));
  copy(wire.subspan(padding), magic_->bytes());
  magic_.reset();
  return padding + kMagicSize;
}

Result<transport::Decoded> PaddedCodec::decode(MutableBytes wire) {
  std::size_t start = 0;
  if (scanner_) {
    const auto found = scanner_->find(wire);
    if (!found) return std::unexpected(found.error());
    if (!*found) return transport::Decoded{.plain = 0, .consumed = wire.size()};
    start = **found;
    scanner_.reset();
  }
  const MutableBytes data = wire.subspan(start);
  receive_.apply(data);
  if (start > 0 && !data.empty()) std::memmove(wire.data(), data.data(), data.size());
  return transport::Decoded{.plain = data.size(), .consumed = wire.size()};
}

}  // namespace rozaneh::obfs3
