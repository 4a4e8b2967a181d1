#include "transport/scramblesuit/acceptor.h"

#include <fmt/format.h>

#include "io/deadline.h"
#include "io/drive.h"
#include "transport/codec_stream.h"
#include "transport/scramblesuit/handshake.h"
#include "transport/scramblesuit/server.h"
#include "transport/stranger.h"

namespace rozaneh::scramblesuit {
namespace {

constexpr const char* kBridgeLineRecord = "scramblesuit_bridgeline.txt";

Time time_now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

// One connection's view of the server.
class ConnectionHost final : public ServerHandshake::Host {
 public:
  ConnectionHost(Server& server, Random& random) : server_(server), random_(random), now_(time_now()) {}

  std::optional<MasterKey> open(std::span<const std::uint8_t, kTicketSize> ticket) override {
    return server_.open_ticket(ticket, now_);
  }
  crypto::UniformDh new_key() override { return crypto::UniformDh::make(random_); }
  bool hello_replayed(Bytes mac) override { return server_.hello_replayed(mac, now_); }
  bool ticket_replayed(Bytes ticket) override { return server_.ticket_replayed(ticket, now_); }

  Buffer welcome(const SessionKeys& keys) override {
    codec_ = std::make_unique<RecordCodec>(keys.server_to_client, keys.client_to_server, server_.lengths(),
                                           random_);
    return codec_->welcome(server_.issue(random_, now_));
  }

  [[nodiscard]] Time now() const { return now_; }
  // After the handshake.
  std::unique_ptr<RecordCodec> take_codec() { return std::move(codec_); }

 private:
  Server& server_;
  Random& random_;
  Time now_;
  std::unique_ptr<RecordCodec> codec_;
};

class SuitAcceptor final : public transport::Acceptor {
 public:
  SuitAcceptor(std::unique_ptr<Server> server, std::chrono::seconds hello_limit)
      : server_(std::move(server)), hello_limit_(hello_limit) {}

  io::Task<Result<transport::Accepted>> accept(io::Loop& loop, io::StreamPtr raw) override {
    const io::Deadline close(loop, transport::stranger_time(hello_limit_, loop.random()), *raw);
    auto stream = co_await shake_hands(loop, raw);
    if (!stream && !close.passed()) co_await transport::discard(*raw);
    co_return stream;
  }

  [[nodiscard]] Arguments client_arguments() const override {
    return {{"password", serialize_password(server_->password())}};
  }

 private:
  // Takes `raw` only on success.
  io::Task<Result<io::StreamPtr>> shake_hands(io::Loop& loop, io::StreamPtr& raw) {
    Random& random = loop.random();
    ConnectionHost host(*server_, random);
    ServerHandshake handshake(server_->password(), epoch_hour(host.now()),
                              random.bytes(random.between(0, kMostKeyPadding)), host);
    const io::Deadline limit(loop, hello_limit_, [&handshake] { handshake.expire(); });
    const auto received = co_await io::drive(*raw, handshake);
    if (!received) co_return std::unexpected(received.error());
    co_return std::make_unique<transport::CodecStream>(loop, std::move(raw), host.take_codec(), *received);
  }

  std::unique_ptr<Server> server_;
  std::chrono::seconds hello_limit_;
};

std::string bridge_line_file(const Password& password) {
  return fmt::format(
      "# The bridge line for clients of this server. It is written at every start; changes here have no "
      "effect.\n"
      "# Replace <IP ADDRESS> and <PORT> by the public address of the scramblesuit port, and <FINGERPRINT> "
      "by the\n"
      "# bridge's fingerprint, or leave that word out.\n\n"
      "Bridge scramblesuit <IP ADDRESS>:<PORT> <FINGERPRINT> password={}\n",
      serialize_password(password));
}

}  // namespace

Result<std::unique_ptr<transport::Acceptor>> make_acceptor(const transport::Setup& setup) {
  std::optional<Password> password;
  if (setup.arguments.contains("password")) {
    const auto given = password_from(setup.arguments);
    if (!given) return std::unexpected(given.error());
    password = *given;
  }
  auto server = Server::open(password, setup.state, setup.random, setup.log, time_now());
  if (!server) return std::unexpected(server.error());
  const std::string line = bridge_line_file((*server)->password());
  if (auto written = setup.state.write(kBridgeLineRecord, bytes_of(line)); !written)
    return fail(std::move(written));
  return std::make_unique<SuitAcceptor>(std::move(*server), setup.hello_limit);
}

}  // namespace rozaneh::scramblesuit
