// Boxes of any content and size: every implementation of Salsa20 has to seal and open as libsodium does.
//
// Input: counter (1) | sizes of the boxes (1 each, in steps of 7 bytes, 0 ends them) | their bytes.
#include "crypto/secretbox.h"

#include <sodium.h>

#include <array>
#include <cstdlib>

#include "base/reader.h"

namespace {

using namespace rozaneh;

constexpr std::array<std::uint8_t, 32> kKey{1, 2, 3};
constexpr std::array<std::uint8_t, 16> kPrefix{4, 5, 6};
constexpr std::size_t kTag = crypto::SecretBox::kOverhead;

std::array<std::uint8_t, 24> nonce(std::uint64_t counter) {
  std::array<std::uint8_t, 24> nonce{4, 5, 6};
  nonce[22] = static_cast<std::uint8_t>(counter >> 8);
  nonce[23] = static_cast<std::uint8_t>(counter);
  return nonce;
}

void require(bool holds) {
  if (!holds) std::abort();
}

std::vector<Buffer> read_boxes(Reader& input) {
  std::vector<std::size_t> sizes;
  while (const auto size = input.u8().value_or(0)) sizes.push_back(std::size_t{size} * 7);
  std::vector<Buffer> boxes;
  for (const std::size_t size : sizes) {
    const Bytes bytes = *input.bytes(std::min(size, input.left()));
    boxes.emplace_back(bytes.begin(), bytes.end());
  }
  return boxes;
}

std::vector<crypto::Box> views(std::vector<Buffer>& boxes, std::uint64_t counter) {
  std::vector<crypto::Box> views;
  views.reserve(boxes.size());
  for (Buffer& box : boxes) views.push_back({counter++, box});
  return views;
}

// What a stranger sends: the boxes as they are. Answers what libsodium opens of them.
std::size_t reference_open(std::vector<Buffer>& boxes, std::uint64_t counter) {
  std::size_t good = 0;
  for (Buffer& box : boxes) {
    if (box.size() < kTag) break;
    if (crypto_secretbox_open_easy(box.data() + kTag, box.data(), box.size(), nonce(counter++).data(),
                                   kKey.data()) != 0) {
      break;
    }
    ++good;
  }
  return good;
}

void check(const crypto::Salsa20& salsa, std::vector<Buffer> boxes, std::uint64_t counter) {
  const crypto::SecretBox secretbox(kKey, kPrefix, salsa);
  auto expected = boxes;
  const std::size_t good = reference_open(expected, counter);
  require(secretbox.open(views(boxes, counter)) == good && boxes == expected);

  std::erase_if(boxes, [](const Buffer& box) { return box.size() < kTag; });
  const auto plain = boxes;
  secretbox.seal(views(boxes, counter));
  std::uint64_t next = counter;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    Buffer box = plain[i];
    crypto_secretbox_easy(box.data(), box.data() + kTag, box.size() - kTag, nonce(next++).data(),
                          kKey.data());
    require(box == boxes[i]);
  }
  require(secretbox.open(views(boxes, counter)) == boxes.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  Reader input({bytes, size});
  const std::uint64_t counter = input.u8().value_or(0);
  const std::vector<Buffer> boxes = read_boxes(input);
  for (const crypto::Salsa20& salsa : crypto::salsa20_implementations()) check(salsa, boxes, counter);
  return 0;
}
