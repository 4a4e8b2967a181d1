// A connection that dies on its way, for tests.
#pragma once

#include <algorithm>
#include <memory>

#include "io/error.h"
#include "io/stream.h"

namespace rozaneh::tunnel {

// Of all connections together.
struct Tally {
  std::size_t carried = 0;
  std::size_t cut = 0;
  std::size_t open = 0;
  std::size_t most_open = 0;
};

// A stream that is cut once so many bytes were written to it.
class CutStream final : public io::Stream {
 public:
  CutStream(io::StreamPtr inner, std::size_t left, std::shared_ptr<Tally> tally)
      : inner_(std::move(inner)), left_(left), tally_(std::move(tally)) {
    tally_->most_open = std::max(tally_->most_open, ++tally_->open);
  }
  CutStream(const CutStream&) = delete;
  CutStream& operator=(const CutStream&) = delete;
  ~CutStream() override { abort(); }
  io::Task<Result<io::Chunk>> read() override { return inner_->read(); }
  io::Task<Result<>> write(Bytes bytes) override {
    const std::size_t passes = std::min(bytes.size(), left_);
    left_ -= passes;
    tally_->carried += passes;
    if (left_ == 0) ++tally_->cut;
    auto written = co_await inner_->write(bytes.first(passes));
    if (left_ == 0) inner_->abort();
    if (passes < bytes.size()) co_return fail(io::IoError::reset);
    co_return written;
  }
  io::Task<Result<>> finish() override { return inner_->finish(); }
  void abort() noexcept override {
    if (std::exchange(open_, false)) --tally_->open;
    inner_->abort();
  }

 private:
  io::StreamPtr inner_;
  std::size_t left_;
  std::shared_ptr<Tally> tally_;
  bool open_ = true;
};

}  // namespace rozaneh::tunnel
