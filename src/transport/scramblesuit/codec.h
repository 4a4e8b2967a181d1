// An established ScrambleSuit connection's two directions, without I/O.
#pragma once

#include <functional>

#include "transport/codec.h"
#include "transport/scramblesuit/lengths.h"
#include "transport/scramblesuit/record.h"
#include "transport/scramblesuit/ticket.h"

namespace rozaneh::scramblesuit {

// A ticket and what it is worth, as the server sends both.
struct Grant {
  MasterKey key;
  Ticket ticket{};
};

// What a client does with what the server sends it besides data; a server has none of it.
struct ClientHooks {
  std::function<void(const Grant&)> keep;
  std::function<LengthsPtr(const Seed&)> adopt;
};

class RecordCodec final : public transport::Codec {
 public:
  // `random` outlives the codec. Tickets and seeds are refused where the hooks are empty.
  RecordCodec(const DirectionKey& send, const DirectionKey& receive, LengthsPtr lengths, Random& random,
              ClientHooks hooks = {});

  // A burst of plaintext ends on one of the lengths.
  transport::Encoded encode(Bytes plain, MutableBytes wire) override;
  Result<transport::Decoded> decode(MutableBytes wire) override;

  // The server's first burst: a new ticket, then the seed of the lengths.
  Buffer welcome(const Grant& grant);

 private:
  class Inbox;

  RecordEncoder encoder_;
  RecordDecoder decoder_;
  LengthsPtr lengths_;
  Random& random_;
  ClientHooks hooks_;
};

}  // namespace rozaneh::scramblesuit
