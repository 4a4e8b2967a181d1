// TLS records (RFC 8446 section 5.1, RFC 5246 section 6.2): the frames in which everything travels.
//
//     type 1 | version 2 | length 2 | payload
#pragma once

#include <array>
#include <optional>

#include "base/bytes.h"

namespace rozaneh::tls {

enum class ContentType : std::uint8_t {
  change_cipher_spec = 20,
  alert = 21,
  handshake = 22,
  application_data = 23,
  heartbeat = 24,  // RFC 6520
};

inline constexpr std::size_t kRecordHeader = 5;
inline constexpr std::size_t kMaxPlaintext = std::size_t{1} << 14U;  // of a payload that is not encrypted
inline constexpr std::size_t kMaxPayload = kMaxPlaintext + 2048;  // RFC 5246 section 6.2.3; TLS 1.3 adds less

inline constexpr std::uint16_t kSsl3 = 0x0300;
inline constexpr std::uint16_t kTls10 = 0x0301;
inline constexpr std::uint16_t kTls11 = 0x0302;
inline constexpr std::uint16_t kTls12 = 0x0303;
inline constexpr std::uint16_t kTls13 = 0x0304;

struct RecordHeader {
  ContentType type{};
  std::uint16_t version = 0;  // what stands there: TLS 1.3 writes 0x0301 or 0x0303
  std::size_t length = 0;     // of the payload

  bool operator==(const RecordHeader&) const = default;
};

// The header at the start of `bytes`; nullopt if fewer than five bytes are there or no record begins so: the
// type is 20..24, the version 0x0300..0x0304, the length at most kMaxPayload.
std::optional<RecordHeader> parse_record_header(Bytes bytes);

// Whether a whole record stands at the start of `bytes`.
bool holds_record(Bytes bytes);

// Cuts one direction of a connection into records while the bytes come. Keeps a header and no payload.
class RecordReader {
 public:
  // A part of a record's payload, borrowed from the bytes that were given.
  struct Piece {
    RecordHeader header;
    Bytes payload;
    bool last = false;  // the record ends with it
  };

  // Takes a header and what is there of its payload off the front of `bytes`; nullopt: all of it is taken and
  // more is needed, or the stream is broken. A record without payload is one empty piece.
  std::optional<Piece> next(Bytes& bytes);

  // The header of the record in whose payload the stream stands; nullopt between records and within a header.
  [[nodiscard]] std::optional<RecordHeader> header() const;

  // Whether bytes came that begin no record: at the first that is wrong, which is the last one taken.
  [[nodiscard]] bool broken() const { return broken_; }

 private:
  void take_header(Bytes& bytes);

  std::array<std::uint8_t, kRecordHeader> header_{};
  std::size_t header_size_ = 0;
  std::size_t left_ = 0;  // of the payload
  bool broken_ = false;
};

}  // namespace rozaneh::tls
