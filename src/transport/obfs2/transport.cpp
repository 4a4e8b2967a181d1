#include "transport/obfs2/transport.h"

#include "io/deadline.h"
#include "io/drive.h"
#include "transport/codec_stream.h"
#include "transport/obfs2/codec.h"
#include "transport/obfs2/error.h"

namespace rozaneh::obfs2 {
namespace {

constexpr std::chrono::seconds kHandshakeLimit{30};

io::Task<Result<io::StreamPtr>> open(io::Loop& loop, io::StreamPtr raw, Side side) {
  SeedHandshake handshake(side, loop.random());
  const io::Deadline limit(loop, kHandshakeLimit, *raw);
  const auto received = co_await io::drive(*raw, handshake);
  if (limit.passed()) co_return fail(Obfs2Error::late);
  if (!received) co_return std::unexpected(received.error());
  auto codec = std::make_unique<CipherCodec>(handshake.send_key(), handshake.receive_key());
  co_return std::make_unique<transport::CodecStream>(loop, std::move(raw), std::move(codec), *received);
}

class Obfs2Connector final : public transport::Connector {
 public:
  io::Task<Result<io::StreamPtr>> connect(io::Loop& loop, const Target& /*server*/,
                                          io::StreamPtr raw) override {
    return open(loop, std::move(raw), Side::initiator);
  }
};

class Obfs2Acceptor final : public transport::Acceptor {
 public:
  io::Task<Result<io::StreamPtr>> accept(io::Loop& loop, io::StreamPtr raw) override {
    return open(loop, std::move(raw), Side::responder);
  }
  [[nodiscard]] Arguments client_arguments() const override { return {}; }
};

Result<> check(const Arguments& arguments) {
  if (arguments.contains("shared-secret"))
    return fail(Obfs2Error::arguments, "'shared-secret' is not supported");
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
    return std::make_unique<Obfs2Connector>();
  }
  [[nodiscard]] Result<std::unique_ptr<transport::Acceptor>> acceptor(
      const transport::Setup& setup) const override {
    if (auto checked = check(setup.arguments); !checked) return fail(std::move(checked));
    return std::make_unique<Obfs2Acceptor>();
  }
};

}  // namespace

std::unique_ptr<transport::Transport> make_transport() { return std::make_unique<Obfs2>(); }

}  // namespace rozaneh::obfs2
