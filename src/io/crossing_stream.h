// A stream that lives on one loop and is used on another, for the rare connection that came in on the wrong
// core.
#pragma once

#include <memory>

#include "io/loop.h"
#include "io/stream.h"

namespace rozaneh::io {

class CrossingStream final : public Stream {
 public:
  // To be made on `there`, the loop of `inner`, and from then on used and destroyed on `here`. Both loops are
  // of one Loops and outlive it. Each operation waits for the other thread twice, and bytes are copied once
  // more.
  CrossingStream(Loop& here, Loop& there, StreamPtr inner);
  CrossingStream(const CrossingStream&) = delete;
  CrossingStream& operator=(const CrossingStream&) = delete;
  ~CrossingStream() override;

  Task<Result<Chunk>> read() override;
  Task<Result<>> write(Bytes bytes) override;
  Task<Result<>> finish() override;
  void abort() noexcept override;
  [[nodiscard]] Fit fit() const override { return fit_; }

 private:
  // What lives on the other loop: touched, and destroyed, there alone.
  struct Far;

  template <class Work>
  void there(const Work& work);

  Loop& here_;
  Loop& there_;
  std::weak_ptr<Far> far_;
  Fit fit_;  // for the next write, as the last one left it
};

}  // namespace rozaneh::io
