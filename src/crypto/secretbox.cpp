#include "crypto/secretbox.h"

#include <sodium.h>

#include <array>
#include <cstdlib>

#include "crypto/poly1305.h"
#include "crypto/salsa20_batch.h"

namespace rozaneh::crypto {
namespace {

constexpr std::size_t kBlock = SalsaLanes::kBlock;

// The first block of a box's keystream: Poly1305's key, then what goes onto the first bytes of the text.
constexpr std::size_t kAfterKey = kBlock - Poly1305::kKey;

// A tag maker a thread: a context of OpenSSL is too big to have one in every connection.
const Poly1305& tag_maker() {
  thread_local const Poly1305 maker;
  return maker;
}

// Some boxes of a batch, few enough for their first blocks to lie on the stack and for obfs4's frames to stay
// in the L1 or L2 cache between cipher and tag.
class Part {
 public:
  static constexpr std::size_t kMost = 32;

  Part(const Salsa20& salsa, std::span<const std::uint8_t, 32> key, std::span<const Box> boxes)
      : boxes_(boxes), batch_(salsa, key) {
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      first_[i].fill(0);
      batch_.add(boxes[i].counter, 0, first_[i]);
    }
  }
  ~Part() { wipe({first_.front().data(), boxes_.size() * kBlock}); }
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;

  // Completes the keys, which xor_texts() does as well.
  void make_keys() { batch_.flush(); }

  // Encrypts or decrypts the texts of the first `count` boxes.
  void xor_texts(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) batch_.add(boxes_[i].counter, 1, text(i).subspan(start_size(i)));
    batch_.flush();
    for (std::size_t i = 0; i < count; ++i) {
      const MutableBytes start = text(i).first(start_size(i));
      for (std::size_t k = 0; k < start.size(); ++k) start[k] ^= first_[i][Poly1305::kKey + k];
    }
  }

  void tag(std::size_t i) const { tag_maker().tag(boxes_[i].bytes.first<Poly1305::kTag>(), text(i), key(i)); }

  [[nodiscard]] bool genuine(std::size_t i) const {
    const Bytes box = boxes_[i].bytes;
    return box.size() >= SecretBox::kOverhead &&
           tag_maker().verify(box.first<Poly1305::kTag>(), box.subspan(Poly1305::kTag), key(i));
  }

 private:
  [[nodiscard]] MutableBytes text(std::size_t i) const { return boxes_[i].bytes.subspan(Poly1305::kTag); }
  [[nodiscard]] std::size_t start_size(std::size_t i) const { return std::min(text(i).size(), kAfterKey); }
  [[nodiscard]] std::span<const std::uint8_t, Poly1305::kKey> key(std::size_t i) const {
    return std::span(first_[i]).first<Poly1305::kKey>();
  }

  std::span<const Box> boxes_;
  Salsa20Batch batch_;
  std::array<std::array<std::uint8_t, kBlock>, kMost> first_;
};

}  // namespace

SecretBox::SecretBox(std::span<const std::uint8_t, 32> key, std::span<const std::uint8_t, 16> nonce_prefix,
                     const Salsa20& salsa)
    : salsa_(&salsa) {
  crypto_core_hsalsa20(subkey_.bytes().data(), nonce_prefix.data(), key.data(), nullptr);
}

void SecretBox::seal(std::span<const Box> boxes) const {
  while (!boxes.empty()) {
    const std::size_t count = std::min(boxes.size(), Part::kMost);
    for (const Box& box : boxes.first(count)) {
      if (box.bytes.size() < kOverhead) std::abort();
    }
    Part part(*salsa_, subkey_.bytes(), boxes.first(count));
    part.xor_texts(count);
    for (std::size_t i = 0; i < count; ++i) part.tag(i);
    boxes = boxes.subspan(count);
  }
}

std::size_t SecretBox::open(std::span<const Box> boxes) const {
  std::size_t opened = 0;
  while (opened < boxes.size()) {
    const std::size_t count = std::min(boxes.size() - opened, Part::kMost);
    Part part(*salsa_, subkey_.bytes(), boxes.subspan(opened, count));
    part.make_keys();
    std::size_t good = 0;
    while (good < count && part.genuine(good)) ++good;
    part.xor_texts(good);
    opened += good;
    if (good < count) break;
  }
  return opened;
}

}  // namespace rozaneh::crypto
