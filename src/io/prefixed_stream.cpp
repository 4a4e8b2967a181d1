#include "io/prefixed_stream.h"

namespace rozaneh::io {
namespace {

class PrefixedStream final : public Stream {
 public:
  PrefixedStream(Loop& loop, StreamPtr inner, Bytes prefix)
      : loop_(loop), inner_(std::move(inner)), prefix_(prefix.begin(), prefix.end()) {}

  Task<Result<Chunk>> read() override {
    if (prefix_.empty()) co_return co_await inner_->read();
    Chunk chunk = loop_.pool().borrow();
    const std::size_t count = std::min(prefix_.size(), chunk.room().size());
    copy(chunk.room(), Bytes(prefix_).first(count));
    chunk.grow(count);
    prefix_ = Buffer(prefix_.begin() + static_cast<std::ptrdiff_t>(count), prefix_.end());
    co_return chunk;
  }
  Task<Result<>> write(Bytes bytes) override { return inner_->write(bytes); }
  Task<Result<>> finish() override { return inner_->finish(); }
  void abort() noexcept override { inner_->abort(); }
  TcpStream* plain_source() override { return prefix_.empty() ? inner_->plain_source() : nullptr; }
  TcpStream* plain_sink() override { return inner_->plain_sink(); }

 private:
  Loop& loop_;
  StreamPtr inner_;
  Buffer prefix_;
};

}  // namespace

StreamPtr with_prefix(Loop& loop, StreamPtr inner, Bytes prefix) {
  if (prefix.empty()) return inner;
  return std::make_unique<PrefixedStream>(loop, std::move(inner), prefix);
}

}  // namespace rozaneh::io
