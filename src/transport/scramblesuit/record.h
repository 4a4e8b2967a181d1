// Records: what travels after the handshake (specification section 3). No I/O.
//
//     record  MAC 16 | total u16 | payload u16 | flag u8 | payload | padding (zeros)
//                      \________________ encrypted, then authenticated ____________/
//
// `total` counts payload and padding; a record is at most 1448 bytes, a TCP segment's usual payload.
#pragma once

#include <optional>

#include "base/error.h"
#include "base/random.h"
#include "transport/scramblesuit/session_keys.h"

namespace rozaneh::scramblesuit {

inline constexpr std::uint16_t kSegment = 1448;
inline constexpr std::uint16_t kMacSize = 16;
inline constexpr std::uint16_t kHeaderSize = 5;
inline constexpr std::uint16_t kRecordOverhead = kMacSize + kHeaderSize;      // 21
inline constexpr std::uint16_t kLargestPayload = kSegment - kRecordOverhead;  // 1427

enum class Flag : std::uint8_t {
  payload = 1,
  new_ticket = 2,  // from the server: master key 32 | ticket 112
  prng_seed = 4,   // from the server: 32 bytes
};

class RecordEncoder {
 public:
  // What `pad_to` writes at most.
  static constexpr std::size_t kMostPadding = kSegment + kRecordOverhead;

  explicit RecordEncoder(const DirectionKey& key);

  // Writes one record to the front of `wire`, and answers its size. Payload and padding together are at most
  // kLargestPayload.
  std::size_t add(MutableBytes wire, Flag flag, Bytes payload, std::size_t padding = 0);

  // Writes records of padding, so that `before` bytes and they end `target` bytes behind a whole number of
  // segments; answers their size.
  std::size_t pad_to(MutableBytes wire, std::size_t before, std::size_t target);

 private:
  crypto::AesCtr stream_;
  Secret<32> mac_key_;
};

class RecordDecoder {
 public:
  // Is told of each record in order. `payload` is valid during the call only.
  class Sink {
   public:
    virtual ~Sink() = default;
    // A failure ends the decoding as a forged record does.
    virtual Result<> record(Flag flag, MutableBytes payload) = 0;
  };

  explicit RecordDecoder(const DirectionKey& key);

  // Opens all whole records at the front of `wire`, in place; answers how many bytes they took. Fails, now
  // and with every later call, at a record that is forged or damaged; the ones before it have been handed
  // out. A length out of range is not told from a forged record: a random length is read first, drawn from
  // `random`, so that the moment of the failure says nothing about the length.
  Result<std::size_t> open(MutableBytes wire, Random& random, Sink& sink);

  // What every later call fails with, if it has come to that.
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

 private:
  // A record whose header has been read.
  struct Pending {
    std::array<std::uint8_t, kMacSize> mac{};
    std::array<std::uint8_t, kHeaderSize> sealed_header{};
    std::uint16_t total = 0;
    std::uint16_t payload = 0;
    std::uint8_t flag = 0;
    bool in_range = false;
  };
  Pending read_header(Bytes header, Random& random);
  [[nodiscard]] bool genuine(const Pending& record, Bytes body) const;

  crypto::AesCtr stream_;
  Secret<32> mac_key_;
  std::optional<Pending> pending_;
  std::optional<Error> failure_;
};

}  // namespace rozaneh::scramblesuit
