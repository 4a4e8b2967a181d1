#include "pt/session_acceptor.h"

#include <fmt/format.h>

#include <atomic>

#include "io/error.h"
#include "pt/session_carrier.h"
#include "tunnel/server.h"
#include "tunnel/server_key.h"
#include "tunnel/users_file.h"
#include "wire/socks_reply.h"

namespace rozaneh::pt {
namespace {

constexpr const char* kBridgeLineRecord = "rozaneh_bridgeline.txt";

class SessionAcceptor final : public transport::Acceptor, private tunnel::StreamHandler {
 public:
  SessionAcceptor(const SessionCarrier& carrier, const crypto::KeyPair& key, const transport::Setup& setup)
      : via_(carrier.transport->name()),
        key_(key.public_key),
        state_(setup.state),
        server_(key, *this, {.hello_limit = setup.hello_limit}, setup.random) {}

  void let_in(tunnel::Users users) { server_.change_users(std::move(users)); }

  // Apart from the making, since what carries keeps its records in a state of ours.
  Result<> carry(const SessionCarrier& carrier, const transport::Setup& setup) {
    auto acceptor = carrier.transport->acceptor({.arguments = carrier.arguments,
                                                 .state = state_,
                                                 .random = setup.random,
                                                 .log = setup.log,
                                                 .hello_limit = setup.hello_limit});
    if (!acceptor) return std::unexpected(acceptor.error());
    carrier_ = std::move(*acceptor);
    return {};
  }

  [[nodiscard]] bool gathers() const override { return true; }

  io::Task<Result<transport::Accepted>> accept(io::Loop& /*loop*/, io::StreamPtr raw) override {
    raw->abort();
    co_return fail(io::IoError::other, "a session has no connection of its own");
  }

  io::Task<Result<>> serve(io::Loop& loop, io::StreamPtr raw, Endpoint peer, io::Handler& inside) override {
    inside_ = &inside;  // always the same
    if (carrier_->gathers()) co_return co_await carrier_->serve(loop, std::move(raw), peer, carried_);
    auto accepted = co_await carrier_->accept(loop, std::move(raw));
    if (!accepted) co_return std::unexpected(accepted.error());
    if (accepted->from) peer = Endpoint(*accepted->from, transport::kUnknownPort);
    co_return co_await server_.serve(loop, std::move(accepted->stream), Buffer(), peer);
  }

  [[nodiscard]] Arguments client_arguments() const override {
    Arguments all{{std::string(kVia), via_}, {std::string(kTunnel), tunnel::serialize_key(key_)}};
    for (const Argument& argument : carrier_->client_arguments()) all.add(argument.name, argument.value);
    return all;
  }

  [[nodiscard]] std::optional<Endpoint> server() const override { return carrier_->server(); }

 private:
  // Streams of a transport that serves its connections itself.
  class Carried final : public io::Handler {
   public:
    explicit Carried(tunnel::Server& server) : server_(server) {}
    io::Task<> serve(io::Loop& loop, io::StreamPtr stream, Endpoint peer) override {
      co_await server_.serve(loop, std::move(stream), Buffer(), peer);
    }

   private:
    tunnel::Server& server_;
  };

  // Where it goes is the bridge's to say.
  void open(std::shared_ptr<tunnel::Host> host, tunnel::StreamNumber stream, tunnel::StreamKind kind,
            const Target& /*target*/, const Endpoint& client) override {
    if (kind != tunnel::StreamKind::tcp)
      return host->refuse(stream, Error(SocksReply::command_not_supported));
    io::Handler* const inside = inside_;
    host->loop().spawn(inside->serve(host->loop(), host->accept(stream), client));
  }

  std::string via_;
  crypto::PublicKey key_;
  CarrierState state_;
  std::unique_ptr<transport::Acceptor> carrier_;
  std::atomic<io::Handler*> inside_ = nullptr;
  tunnel::Server server_;
  Carried carried_{server_};
};

// As it is to be given to users, with two gaps.
std::string bridge_line_file(const Arguments& arguments) {
  std::string line = fmt::format("Bridge {} <IP ADDRESS>:<PORT> <FINGERPRINT>", kSessionTransport);
  for (const Argument& argument : arguments) line += fmt::format(" {}={}", argument.name, argument.value);
  return fmt::format(
      "# A client's bridge line. Put in the address and port that clients reach, and the bridge's "
      "fingerprint.\n"
      "\n{}\n",
      line);
}

}  // namespace

Result<std::unique_ptr<transport::Acceptor>> make_session_acceptor(const transport::Catalog& carriers,
                                                                   const transport::Setup& setup) {
  const auto carrier = session_carrier(carriers, setup.arguments);
  if (!carrier) return std::unexpected(carrier.error());
  const auto key = tunnel::kept_key(setup.state, setup.random);
  if (!key) return std::unexpected(key.error());
  auto acceptor = std::make_unique<SessionAcceptor>(*carrier, *key, setup);
  if (const auto file = setup.arguments.get(kUsers)) {
    auto users = tunnel::read_users(std::string(*file));
    if (!users) return std::unexpected(users.error());
    acceptor->let_in(std::move(*users));
  }
  const auto carried = acceptor->carry(*carrier, setup);
  if (!carried) return std::unexpected(carried.error());
  const auto written =
      setup.state.write(kBridgeLineRecord, bytes_of(bridge_line_file(acceptor->client_arguments())));
  if (!written) return std::unexpected(written.error());
  return acceptor;
}

}  // namespace rozaneh::pt
