#include "io/holding_stream.h"

namespace rozaneh::io {
namespace {

// Hands on the inner stream's own tasks, so that an idle connection pays for two pointers only.
class HoldingStream final : public Stream {
 public:
  HoldingStream(StreamPtr inner, std::shared_ptr<const void> held)
      : held_(std::move(held)), inner_(std::move(inner)) {}

  Task<Result<Chunk>> read() override { return inner_->read(); }
  Task<Result<>> write(Bytes bytes) override { return inner_->write(bytes); }
  Task<Result<>> finish() override { return inner_->finish(); }
  void abort() noexcept override { inner_->abort(); }

 private:
  std::shared_ptr<const void> held_;  // before the stream, so that it goes after it
  StreamPtr inner_;
};

}  // namespace

StreamPtr holding(StreamPtr inner, std::shared_ptr<const void> held) {
  return std::make_unique<HoldingStream>(std::move(inner), std::move(held));
}

}  // namespace rozaneh::io
