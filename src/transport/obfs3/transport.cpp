#include "transport/obfs3/transport.h"

#include "io/deadline.h"
#include "io/drive.h"
#include "transport/codec_stream.h"
#include "transport/obfs3/codec.h"
#include "transport/obfs3/error.h"
#include "transport/sided.h"

namespace rozaneh::obfs3 {
namespace {

io::Task<Result<io::StreamPtr>> open(io::Loop& loop, io::StreamPtr raw, Side side,
                                     std::chrono::seconds time_limit) {
  DhHandshake handshake(side, loop.random());
  const io::Deadline limit(loop, time_limit, *raw);
  const auto received = co_await io::drive(*raw, handshake);
  if (limit.passed()) co_return fail(Obfs3Error::late);
  if (!received) co_return std::unexpected(received.error());
  auto codec = std::make_unique<PaddedCodec>(handshake.send_key(), handshake.receive_key(), loop.random());
  co_return std::make_unique<transport::CodecStream>(loop, std::move(raw), std::move(codec), *received);
}

class Obfs3 final : public transport::Transport {
 public:
  [[nodiscard]] std::string_view name() const override { return "obfs3"; }
  [[nodiscard]] bool proves_client() const override { return false; }

  [[nodiscard]] Result<std::unique_ptr<transport::Connector>> connector(
      const transport::Setup& /*setup*/) const override {
    return transport::sided_connector(&open);
  }
  [[nodiscard]] Result<std::unique_ptr<transport::Acceptor>> acceptor(
      const transport::Setup& setup) const override {
    return transport::sided_acceptor(&open, setup.hello_limit);
  }
};

}  // namespace

std::unique_ptr<transport::Transport> make_transport() { return std::make_unique<Obfs3>(); }

}  // namespace rozaneh::obfs3
