// The protected records of TLS 1.3 (RFC 8446 section 5.2), one direction of them, once the handshake is over.
//
// OpenSSL shakes hands; what follows is so simple that doing it here saves two copies of every byte and the
// 10 KB that OpenSSL keeps for a connection that is idle.
#pragma once

#include <expected>
#include <optional>

#include "crypto/tls13.h"
#include "wire/tls/record.h"

namespace rozaneh::tls {

inline constexpr std::size_t kRecordTag = crypto::Tls13Aead::kTag;
// What a record adds to its content: header, the content's type, tag.
inline constexpr std::size_t kRecordOverhead = kRecordHeader + 1 + kRecordTag;
inline constexpr std::size_t kMaxProtected = kMaxPlaintext + 256;  // of a payload; section 5.2

// An alert (section 6): the peer is told by it what it did wrong.
enum class Alert : std::uint8_t {
  close_notify = 0,
  unexpected_message = 10,
  bad_record_mac = 20,
  record_overflow = 22,
  handshake_failure = 40,
  certificate_unknown = 46,
  illegal_parameter = 47,
  decode_error = 50,
  decrypt_error = 51,
  protocol_version = 70,
  internal_error = 80,
  unsupported_extension = 110,
};

// Keys of one direction, with the number of the next record.
class RecordKeys {
 public:
  using Use = crypto::Tls13Aead::Use;

  // `secret` is an application traffic secret, secret_size(suite) long; `next` the number of the next record.
  RecordKeys(crypto::Tls13Suite suite, Bytes secret, Use use, std::uint64_t next = 0);
  RecordKeys(RecordKeys&&) noexcept = default;
  RecordKeys& operator=(RecordKeys&&) = delete;
  ~RecordKeys();

  // Writes one record to `out`, which is by kRecordOverhead + padding longer than `content`; together at most
  // kMaxPlaintext. Answers the bytes written, which is all of `out`.
  std::size_t seal(ContentType type, Bytes content, std::size_t padding, MutableBytes out);

  struct Opened {
    ContentType type{};
    MutableBytes content;  // within the record
  };
  // Decrypts a whole record, its header included, in place; otherwise the alert that it deserves.
  std::expected<Opened, Alert> open(MutableBytes record);

  // The next generation (section 7.2), after a KeyUpdate.
  void update();

  // What somebody else needs to go on in our place: both point into this.
  struct Place {
    crypto::Tls13Suite suite;
    Bytes key;
    Bytes iv;
    std::uint64_t next;
  };
  [[nodiscard]] Place place() const;

  // Lets go of the cipher's state, about 1 KB; it is made anew when it is needed.
  void rest() { cipher_.reset(); }

 private:
  static constexpr std::size_t kNonce = crypto::Tls13Aead::kNonce;
  static constexpr std::size_t kMaxSecret = 48;

  void derive();
  [[nodiscard]] Bytes secret() const;
  crypto::Tls13Aead& cipher();
  std::array<std::uint8_t, kNonce> next_nonce();

  crypto::Tls13Suite suite_;
  Use use_;
  std::array<std::uint8_t, kMaxSecret> secret_{};
  std::array<std::uint8_t, 32> key_{};
  std::array<std::uint8_t, kNonce> iv_{};
  std::uint64_t next_;
  std::optional<crypto::Tls13Aead> cipher_;
};

}  // namespace rozaneh::tls
