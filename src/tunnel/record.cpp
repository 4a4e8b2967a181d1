#include "tunnel/record.h"

#include <cassert>

#include "base/reader.h"
#include "base/writer.h"

namespace rozaneh::tunnel {
namespace {

constexpr std::size_t kMasksPerBlock = 64 / kRecordHead;

// Called behind each record: the nonce counts them.
void roll(noise::CipherState& cipher) {
  if (cipher.nonce() % kRecordsPerKey == 0) cipher.rekey();
}

}  // namespace

std::uint16_t LengthMask::next() {
  const std::size_t index = count_ % kMasksPerBlock;
  if (index == 0) {
    auto block = crypto::chacha20_block(key_, static_cast<std::uint32_t>(count_ / kMasksPerBlock));
    copy(block_.bytes(), block);
    wipe(block);
  }
  ++count_;
  const auto at = block_.bytes().subspan(kRecordHead * index);
  return static_cast<std::uint16_t>(at[0] << 8U | at[1]);
}

std::size_t RecordSealer::seal(MutableBytes block, std::size_t plain) {
  const std::size_t length = plain + kRecordTag;
  assert(plain > 0 && plain <= kMaxPlaintext && block.size() >= kRecordHead + length);
  store_u16(block, static_cast<std::uint16_t>(length ^ mask_.next()));
  const auto sealed = cipher_.seal(block.subspan(kRecordHead, length));
  assert(sealed);  // 2^64 records are never sent
  static_cast<void>(sealed);
  roll(cipher_);
  return kRecordHead + length;
}

Result<std::optional<RecordOpener::Opened>> RecordOpener::open(MutableBytes received) {
  if (!length_) {
    const auto masked = Reader(received).u16();
    if (!masked) return std::nullopt;
    length_ = *masked ^ mask_.next();
    if (*length_ <= kRecordTag || *length_ > kMaxPlaintext + kRecordTag)
      return fail(TunnelError::record, "of an impossible length");
  }
  if (received.size() < kRecordHead + *length_) return std::nullopt;
  const MutableBytes sealed = received.subspan(kRecordHead, *length_);
  if (!cipher_.open(sealed)) return fail(TunnelError::record);
  roll(cipher_);
  const std::size_t consumed = kRecordHead + *length_;
  length_.reset();
  return Opened{.plain = sealed.first(sealed.size() - kRecordTag), .consumed = consumed};
}

}  // namespace rozaneh::tunnel
