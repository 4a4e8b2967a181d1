// An unreliable flow of messages: each comes as a whole, once, or not at all, and in any order.
//
// One task may receive while others send. Destroying a flow ends it. Used on its loop's thread only.
#pragma once

#include <memory>

#include "base/address.h"
#include "base/bytes.h"
#include "base/error.h"
#include "io/task.h"

namespace rozaneh::io {

struct Datagram {
  Target address;  // of the other end: where it goes, or where it is from
  Buffer bytes;
};

class Datagrams {
 public:
  virtual ~Datagrams() = default;

  // Waits for the next one. Fails when the flow has ended.
  virtual Task<Result<Datagram>> receive() = 0;

  // False: dropped, since it is too long, too many wait, or nothing carries it now. A name has 1..255 bytes.
  virtual bool send(const Target& address, Bytes bytes) = 0;

  // Whether it has ended; then nothing is sent any more.
  [[nodiscard]] virtual bool ended() const = 0;

  // Ends it at once; who waits in `receive` fails.
  virtual void abort() noexcept = 0;
};

using DatagramsPtr = std::unique_ptr<Datagrams>;

}  // namespace rozaneh::io
