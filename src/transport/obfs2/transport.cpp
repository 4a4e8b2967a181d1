#include "transport/obfs2/transport.h"

#include "io/deadline.h"
#include "io/drive.h"
#include "transport/codec_stream.h"
#include "transport/obfs2/codec.h"
#include "transport/obfs2/error.h"
#include "transport/setup_error.h"
#include "transport/sided.h"

namespace rozaneh::obfs2 {
namespace {

io::Task<Result<io::StreamPtr>> open(io::Loop& loop, io::StreamPtr raw, Side side,
                                     std::chrono::seconds time_limit) {
  SeedHandshake handshake(side, loop.random());
  const io::Deadline limit(loop, time_limit, *raw);
  const auto received = co_await io::drive(*raw, handshake);
  if (limit.passed()) co_return fail(Obfs2Error::late);
  if (!received) co_return std::unexpected(received.error());
  auto codec = std::make_unique<CipherCodec>(handshake.send_key(), handshake.receive_key());
  co_return std::make_unique<transport::CodecStream>(loop, std::move(raw), std::move(codec), *received);
}

Result<> check(const Arguments& arguments) {
  if (arguments.contains("shared-secret"))
    return transport::wrong_argument("obfs2", "'shared-secret' is not supported");
  return {};
}

class Obfs2 final : public transport::Transport {
 public:
  [[nodiscard]] std::string_view name() const override { return "obfs2"; }
  [[nodiscard]] bool proves_client() const override { return false; }
  [[nodiscard]] std::string_view warning() const override {
    return "obfs2 hides nothing from a modern censor: whoever sees the connection can compute its keys. Use "
           "obfs4.";
  }

  [[nodiscard]] Result<std::unique_ptr<transport::Connector>> connector(
      const transport::Setup& setup) const override {
    if (auto checked = check(setup.arguments); !checked) return fail(std::move(checked));
    return transport::sided_connector(&open);
  }
  [[nodiscard]] Result<std::unique_ptr<transport::Acceptor>> acceptor(
      const transport::Setup& setup) const override {
    if (auto checked = check(setup.arguments); !checked) return fail(std::move(checked));
    return transport::sided_acceptor(&open, setup.hello_limit);
  }
};

}  // namespace

std::unique_ptr<transport::Transport> make_transport() { return std::make_unique<Obfs2>(); }

}  // namespace rozaneh::obfs2
