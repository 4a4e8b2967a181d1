// Records: what carries frames on a connection once it is open (docs/protocols/tunnel.md, Records). No I/O.
//
//     masked length u16 | sealed frames, their tag behind them
#pragma once

#include <optional>

#include "crypto/chacha20.h"
#include "crypto/noise/cipher_state.h"
#include "tunnel/error.h"
#include "tunnel/frame.h"

namespace rozaneh::tunnel {

inline constexpr std::size_t kRecordHead = 2;
inline constexpr std::size_t kRecordTag = 16;

// Hides lengths: two bytes of key stream for each record. Wiped when it dies.
class LengthMask {
 public:
  explicit LengthMask(const Secret<32>& key) : key_(key) {}

  // For the next record.
  std::uint16_t next();

 private:
  Secret<32> key_;
  Secret<64> block_;
  std::uint64_t count_ = 0;
};

// One direction. Rolls its key after every kRecordsPerKey records, as the other side does.
class RecordSealer {
 public:
  RecordSealer(noise::CipherState cipher, const Secret<32>& mask) : cipher_(std::move(cipher)), mask_(mask) {}

  // Makes the record that carries the `plain` bytes which stand kRecordHead into `block`, in place; `block`
  // has kRecordTag of room behind them. 1 to kMaxPlaintext bytes. Answers the record's size.
  std::size_t seal(MutableBytes block, std::size_t plain);

 private:
  noise::CipherState cipher_;
  LengthMask mask_;
};

class RecordOpener {
 public:
  struct Opened {
    Bytes plain;
    std::size_t consumed;  // of what was handed in
  };

  RecordOpener(noise::CipherState cipher, const Secret<32>& mask) : cipher_(std::move(cipher)), mask_(mask) {}

  // The size of the record that is coming, as far as it is known: open() has nothing to say before so many
  // bytes.
  [[nodiscard]] std::size_t wanted() const { return kRecordHead + length_.value_or(0); }

  // Opens the record at the front of `received`, in place; nullopt while it is not there as a whole: hand the
  // same bytes in again, in front of what comes. Fails with TunnelError::record: the connection is over.
  Result<std::optional<Opened>> open(MutableBytes received);

 private:
  noise::CipherState cipher_;
  LengthMask mask_;
  std::optional<std::size_t> length_;  // of the record that is coming
};

inline constexpr std::uint64_t kRecordsPerKey = 65536;

}  // namespace rozaneh::tunnel
