#include "proxy/watched_dialer.h"

namespace rozaneh::proxy {
namespace {

// Once nobody holds the sign any more, it hands on the inner stream's own tasks.
class WatchedStream final : public io::Stream {
 public:
  WatchedStream(io::StreamPtr inner, std::weak_ptr<SignOfLife> sign)
      : inner_(std::move(inner)), sign_(std::move(sign)) {}

  io::Task<Result<io::Chunk>> read() override { return sign_.expired() ? inner_->read() : watched_read(); }
  io::Task<Result<>> write(Bytes bytes) override { return inner_->write(bytes); }
  io::Task<Result<>> finish() override { return inner_->finish(); }
  void abort() noexcept override { inner_->abort(); }
  [[nodiscard]] Fit fit() const override { return inner_->fit(); }

 private:
  io::Task<Result<io::Chunk>> watched_read() {
    auto chunk = co_await inner_->read();
    const auto sign = sign_.lock();
    if (sign && chunk && !chunk->empty()) (*sign)();
    co_return chunk;
  }

  io::StreamPtr inner_;
  std::weak_ptr<SignOfLife> sign_;
};

}  // namespace

Result<io::StreamPtr> WatchedDialer::watched(Result<io::StreamPtr> stream) const {
  const auto sign = sign_.lock();
  if (!stream || !sign) return stream;
  (*sign)();
  return std::make_unique<WatchedStream>(std::move(*stream), sign_);
}

io::Task<Result<io::StreamPtr>> WatchedDialer::dial(const Target& target) {
  auto stream = co_await inner_->dial(target);
  co_return watched(std::move(stream));
}

io::Task<Result<io::StreamPtr>> WatchedDialer::dial_public(const Target& target) {
  auto stream = co_await inner_->dial_public(target);
  co_return watched(std::move(stream));
}

}  // namespace rozaneh::proxy
