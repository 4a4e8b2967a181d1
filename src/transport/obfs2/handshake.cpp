#include "transport/obfs2/handshake.h"

#include <cassert>

#include "base/reader.h"
#include "base/writer.h"
#include "crypto/aes.h"
#include "crypto/hash.h"
#include "transport/obfs2/error.h"

namespace rozaneh::obfs2 {
namespace {

constexpr std::size_t kHeaderSize = kSeedSize + 4 + 4;

// MAC(label, x) = SHA-256(label | x | label), as the specification has it.
StreamKey mac(std::string_view label, Bytes x) {
  return StreamKey(crypto::sha256(bytes_of(label), x, bytes_of(label)));
}

StreamKey padding_key(Side sender, Bytes seed) {
  return mac(sender == Side::initiator ? "Initiator obfuscation padding" : "Responder obfuscation padding",
             seed);
}

StreamKey data_key(Side sender, Bytes both_seeds) {
  return mac(sender == Side::initiator ? "Initiator obfuscated data" : "Responder obfuscated data",
             both_seeds);
}

void encrypt(const StreamKey& key, MutableBytes bytes) {
  crypto::AesCtr(key.bytes().first<16>(), key.bytes().last<16>()).apply(bytes);
}

Seed draw_seed(Random& random) {
  Seed seed{};
  random.fill(seed);
  return seed;
}

}  // namespace

SeedHandshake::SeedHandshake(Side side, const Seed& seed, Buffer padding)
    : side_(side), seed_(seed), padding_(std::move(padding)) {
  assert(padding_.size() <= kMostPadding);
}

SeedHandshake::SeedHandshake(Side side, Random& random)
    : SeedHandshake(side, draw_seed(random), random.bytes(random.between(0, kMostPadding))) {}

Buffer SeedHandshake::hello() {
  const Buffer padding = std::exchange(padding_, {});
  Writer out;
  out.bytes(seed_).u32(kMagic).u32(static_cast<std::uint32_t>(padding.size())).bytes(padding);
  Buffer hello = out.take();
  encrypt(padding_key(side_, seed_), MutableBytes(hello).subspan(kSeedSize));
  return hello;
}

Result<Step> SeedHandshake::step(Bytes received) {
  if (!std::exchange(sent_, true)) return Step{.send = hello()};
  if (!padding_left_) {
    if (received.size() < kHeaderSize) return Step{};
    if (auto read = read_header(received.first(kHeaderSize)); !read) return fail(std::move(read));
    return Step{.consumed = kHeaderSize, .done = *padding_left_ == 0};
  }
  const std::size_t dropped = std::min(*padding_left_, received.size());
  *padding_left_ -= dropped;
  return Step{.consumed = dropped, .done = *padding_left_ == 0};
}

Result<> SeedHandshake::read_header(Bytes header) {
  const Bytes peer_seed = header.first(kSeedSize);
  Buffer opened(header.begin() + kSeedSize, header.end());
  encrypt(padding_key(transport::other(side_), peer_seed), opened);
  Reader reader(opened);
  if (reader.u32() != kMagic) return fail(Obfs2Error::bad_magic);
  const auto padding = reader.u32();
  if (*padding > kMostPadding) return fail(Obfs2Error::bad_padding);
  padding_left_ = *padding;
  derive_keys(peer_seed);
  return {};
}

void SeedHandshake::derive_keys(Bytes peer_seed) {
  const Buffer seeds = side_ == Side::initiator ? concat(seed_, peer_seed) : concat(peer_seed, seed_);
  send_key_ = data_key(side_, seeds);
  receive_key_ = data_key(transport::other(side_), seeds);
}

}  // namespace rozaneh::obfs2
