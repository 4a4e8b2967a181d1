#include "wire/tls/record_protection.h"

#include <cassert>

#include "base/writer.h"

namespace rozaneh::tls {
namespace {

std::uint16_t u16_at(Bytes bytes) { return static_cast<std::uint16_t>(bytes[0] << 8U | bytes[1]); }

// What the alerts of a record are that is wrong before it is decrypted, as OpenSSL 3.0 has it.
std::optional<Alert> check_header(Bytes header) {
  if (header[0] != static_cast<std::uint8_t>(ContentType::application_data)) return Alert::unexpected_message;
  if (u16_at(header.subspan(1)) != kTls12) return Alert::decode_error;
  if (u16_at(header.subspan(3)) > kMaxProtected) return Alert::record_overflow;
  return std::nullopt;
}

}  // namespace

RecordKeys::RecordKeys(crypto::Tls13Suite suite, Bytes secret, Use use, std::uint64_t next)
    : suite_(suite), use_(use), next_(next) {
  assert(secret.size() == crypto::secret_size(suite));
  copy(secret_, secret);
  derive();
}

RecordKeys::~RecordKeys() {
  wipe(secret_);
  wipe(key_);
  wipe(iv_);
}

Bytes RecordKeys::secret() const { return Bytes(secret_).first(crypto::secret_size(suite_)); }

void RecordKeys::derive() {
  crypto::expand_label(suite_, secret(), "key", MutableBytes(key_).first(crypto::key_size(suite_)));
  crypto::expand_label(suite_, secret(), "iv", iv_);
}

void RecordKeys::update() {
  std::array<std::uint8_t, kMaxSecret> next{};
  crypto::expand_label(suite_, secret(), "traffic upd", MutableBytes(next).first(secret().size()));
  secret_ = next;
  wipe(next);
  derive();
  next_ = 0;
  cipher_.reset();
}

RecordKeys::Place RecordKeys::place() const {
  return {.suite = suite_, .key = Bytes(key_).first(crypto::key_size(suite_)), .iv = iv_, .next = next_};
}

crypto::Tls13Aead& RecordKeys::cipher() {
  if (!cipher_) cipher_.emplace(suite_, Bytes(key_).first(crypto::key_size(suite_)), use_);
  return *cipher_;
}

// Section 5.3: the record's number, XORed onto the end of the IV.
std::array<std::uint8_t, RecordKeys::kNonce> RecordKeys::next_nonce() {
  auto nonce = iv_;
  for (unsigned i = 0; i < 8; ++i) nonce[kNonce - 1 - i] ^= static_cast<std::uint8_t>(next_ >> (8 * i));
  ++next_;
  return nonce;
}

std::size_t RecordKeys::seal(ContentType type, Bytes content, std::size_t padding, MutableBytes out) {
  assert(out.size() == content.size() + padding + kRecordOverhead);
  out[0] = static_cast<std::uint8_t>(ContentType::application_data);
  store_u16(out.subspan(1), kTls12);
  store_u16(out.subspan(3), static_cast<std::uint16_t>(out.size() - kRecordHeader));
  const auto nonce = next_nonce();
  const Bytes header = out.first(kRecordHeader);
  const MutableBytes sealed = out.subspan(kRecordHeader);
  if (padding == 0) {
    const std::array<std::uint8_t, 1> end = {static_cast<std::uint8_t>(type)};
    cipher().seal(nonce, header, content, end, sealed);
  } else {
    Buffer end(1 + padding, 0);
    end[0] = static_cast<std::uint8_t>(type);
    cipher().seal(nonce, header, content, end, sealed);
  }
  return out.size();
}

std::expected<RecordKeys::Opened, Alert> RecordKeys::open(MutableBytes record) {
  const Bytes header = record.first(kRecordHeader);
  if (const auto wrong = check_header(header)) return std::unexpected(*wrong);
  const MutableBytes payload = record.subspan(kRecordHeader);
  if (payload.size() < kRecordTag + 1) return std::unexpected(Alert::bad_record_mac);
  const auto nonce = next_nonce();
  if (!cipher().open(nonce, header, payload)) return std::unexpected(Alert::bad_record_mac);
  std::size_t end = payload.size() - kRecordTag;
  while (end > 0 && payload[end - 1] == 0) --end;  // padding
  if (end == 0) return std::unexpected(Alert::unexpected_message);
  const MutableBytes content = payload.first(end - 1);
  if (content.size() > kMaxPlaintext) return std::unexpected(Alert::record_overflow);
  return Opened{static_cast<ContentType>(payload[end - 1]), content};
}

}  // namespace rozaneh::tls
