// The two handshakes of ScrambleSuit (specification section 2), without I/O.
//
//     key exchange   client  X 192 | padding 0..1308 | mark 16 | MAC 16      224..1532 bytes
//                    server  Y 192 | padding 0..1308 | mark 16 | MAC 16, then its first records
//     with a ticket  client  ticket 112 | padding 0..1388 | mark 16 | MAC 16  144..1532 bytes
//                    server  its first records at once
//
// The mark is an HMAC of what stands before the padding, the MAC one of all before it, the mark too (which
// the specification leaves out; measured against obfs4proxy 0.0.14), and of the hour. Both are cut to 16
// bytes. Their key is the password, or the ticket's key for what the client sends. The server's first records
// hold a new ticket and the seed of its lengths.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "base/handshake.h"
#include "crypto/uniform_dh.h"
#include "transport/scramblesuit/codec.h"
#include "transport/scramblesuit/password.h"

namespace rozaneh::scramblesuit {

inline constexpr std::size_t kLargestHello = 1532;
inline constexpr std::uint32_t kMostKeyPadding = 1308;
inline constexpr std::uint32_t kMostTicketPadding = 1388;

// Whole hours since 1970, by which a hello ages. Hellos of the hours beside are taken as well.
using EpochHour = std::int64_t;
EpochHour epoch_hour(Time now);

class ClientKeyHandshake final : public Handshake {
 public:
  // `padding` is at most kMostKeyPadding long.
  ClientKeyHandshake(const Password& password, crypto::UniformDh keys, EpochHour hour, Buffer padding);

  // Waits for at most 1532 bytes. What is not consumed is the start of the server's records.
  Result<Step> step(Bytes received) override;

  // After the end.
  [[nodiscard]] const MasterKey& master_key() const { return master_key_; }

 private:
  Password password_;
  crypto::UniformDh keys_;
  EpochHour hour_;
  Buffer padding_;
  bool sent_ = false;
  MasterKey master_key_;
};

// Ends with the first byte from the server, which it does not consume: a server that does not take the ticket
// sends none. (obfs4proxy's client does not wait, and hangs with a ticket that the server has forgotten.)
class ClientTicketHandshake final : public Handshake {
 public:
  // `padding` is at most kMostTicketPadding long.
  ClientTicketHandshake(Grant grant, EpochHour hour, Buffer padding);

  Result<Step> step(Bytes received) override;

 private:
  Grant grant_;
  EpochHour hour_;
  Buffer padding_;
  bool sent_ = false;
};

class ServerHandshake final : public Handshake {
 public:
  // What a handshake asks its server for.
  class Host {
   public:
    virtual ~Host() = default;
    // The master key of a ticket that is ours and alive.
    virtual std::optional<MasterKey> open(std::span<const std::uint8_t, kTicketSize> ticket) = 0;
    // The key for one exchange. Asked only for hellos that are right: strangers shall cost little.
    virtual crypto::UniformDh new_key() = 0;
    // Whether a hello's MAC, or a ticket, was seen before; it is remembered by asking. Asked only for hellos
    // whose MAC is right.
    virtual bool hello_replayed(Bytes mac) = 0;
    virtual bool ticket_replayed(Bytes ticket) = 0;
    // The server's first records on a connection with these keys.
    virtual Buffer welcome(const SessionKeys& keys) = 0;
  };

  // `host` outlives the handshake; `padding` is at most kMostKeyPadding long.
  ServerHandshake(const Password& password, EpochHour hour, Buffer padding, Host& host);

  // Fails at 1532 bytes without a mark. After a failure nothing is to be sent.
  Result<Step> step(Bytes received) override;

  // From now on no hello is answered.
  void expire() { expired_ = true; }

 private:
  Result<Step> take_ticket(Bytes received);
  Result<Step> exchange_keys(Bytes received);

  Password password_;
  EpochHour hour_;
  Buffer padding_;
  Host& host_;
  bool expired_ = false;
  bool ticket_tried_ = false;
  std::optional<SessionKeys> ticket_keys_;  // if what came starts with a ticket
};

}  // namespace rozaneh::scramblesuit
