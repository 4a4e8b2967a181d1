// The one thing that every arrow of the architecture is: a reliable, ordered, two-way stream of bytes.
//
// One task may read while another writes; never two of either. Destroying a stream aborts it. A stream is
// used on its loop's thread only.
#pragma once

#include <memory>

#include "base/bytes.h"
#include "base/fit.h"
#include "io/buffer_pool.h"
#include "io/task.h"

namespace rozaneh::io {

class TcpStream;

class Stream {
 public:
  virtual ~Stream() = default;

  // Waits for bytes and answers some; an empty chunk means that the peer has finished. No buffer is held
  // while there is nothing to read.
  virtual Task<Result<Chunk>> read() = 0;

  // Writes all of `bytes`, or fails. They must stay as they are until the task is over.
  virtual Task<Result<>> write(Bytes bytes) = 0;

  // Ends our direction once everything written has left; reading goes on.
  virtual Task<Result<>> finish() = 0;

  // Closes both directions at once; what waits on this stream fails with IoError::aborted.
  virtual void abort() noexcept = 0;

  // Which lengths suit the next write, where more waits to be written. Not while a write is under way.
  [[nodiscard]] virtual Fit fit() const { return {}; }

  // Whether the next `read` answers without waiting, as far as can be told without asking the kernel.
  [[nodiscard]] virtual bool holds_bytes() const { return false; }

  // The connection whose bytes, just as the kernel has them, are what the next `read` answers; null where
  // they are changed on the way, or some lie here already. So the kernel can be told to move them
  // (io/relay.h) without our seeing them. To be asked anew each time, and not while a read is under way.
  virtual TcpStream* plain_source() { return nullptr; }

  // The same for what is written, and not while a write is under way. To be asked only where bytes come in
  // bulk: a stream may hand its work over to the kernel for this.
  virtual TcpStream* plain_sink() { return nullptr; }
};

using StreamPtr = std::unique_ptr<Stream>;

}  // namespace rozaneh::io
