#include "transport/scramblesuit/connector.h"

#include "io/deadline.h"
#include "io/drive.h"
#include "transport/codec_stream.h"
#include "transport/scramblesuit/error.h"
#include "transport/scramblesuit/handshake.h"
#include "transport/scramblesuit/ticket_store.h"

namespace rozaneh::scramblesuit {
namespace {

constexpr std::chrono::seconds kKeyLimit{60};
// The answer to a ticket takes one round trip and no computing.
constexpr std::chrono::seconds kTicketLimit{20};

Time time_now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

// What a stream needs of its connector, which may die before it.
class Shared {
 public:
  Shared(TicketStore tickets, Random& random) : tickets_(std::move(tickets)) {
    Seed seed{};
    random.fill(seed);
    lengths_ = std::make_shared<const Lengths>(seed);
  }

  TicketStore& tickets() { return tickets_; }

  LengthsPtr lengths() {
    const std::scoped_lock lock(mutex_);
    return lengths_;
  }

  // All connections to one bridge get the same seed: the table is made once.
  LengthsPtr adopt(const Seed& seed) {
    const std::scoped_lock lock(mutex_);
    if (lengths_->seed() != seed) lengths_ = std::make_shared<const Lengths>(seed);
    return lengths_;
  }

 private:
  TicketStore tickets_;
  std::mutex mutex_;
  LengthsPtr lengths_;
};

class SuitConnector final : public transport::Connector {
 public:
  SuitConnector(const Password& password, std::shared_ptr<Shared> shared)
      : password_(password), shared_(std::move(shared)) {}

  io::Task<Result<io::StreamPtr>> connect(io::Loop& loop, const Target& server, io::StreamPtr raw) override {
    const std::string name = server.to_string();
    const auto ticket = shared_->tickets().take(name, time_now());
    if (ticket) co_return co_await use_ticket(loop, name, *ticket, std::move(raw));
    co_return co_await exchange_keys(loop, name, std::move(raw));
  }

 private:
  io::Task<Result<io::StreamPtr>> use_ticket(io::Loop& loop, const std::string& server, const Grant& ticket,
                                             io::StreamPtr raw) {
    Random& random = loop.random();
    ClientTicketHandshake handshake(ticket, epoch_hour(time_now()),
                                    random.bytes(random.between(0, kMostTicketPadding)));
    const io::Deadline limit(loop, kTicketLimit, *raw);
    const auto received = co_await io::drive(*raw, handshake);
    if (!received) co_return fail(ScrambleSuitError::ticket_refused, received.error().message());
    co_return make_stream(loop, server, ticket.key, std::move(raw), *received);
  }

  io::Task<Result<io::StreamPtr>> exchange_keys(io::Loop& loop, const std::string& server,
                                                io::StreamPtr raw) {
    Random& random = loop.random();
    ClientKeyHandshake handshake(password_, crypto::UniformDh::make(random), epoch_hour(time_now()),
                                 random.bytes(random.between(0, kMostKeyPadding)));
    const io::Deadline limit(loop, kKeyLimit, *raw);
    const auto received = co_await io::drive(*raw, handshake);
    if (limit.passed()) co_return fail(ScrambleSuitError::late);
    if (!received) co_return std::unexpected(received.error());
    co_return make_stream(loop, server, handshake.master_key(), std::move(raw), *received);
  }

  io::StreamPtr make_stream(io::Loop& loop, const std::string& server, const MasterKey& master,
                            io::StreamPtr raw, Bytes received) {
    const SessionKeys keys = derive_session_keys(master);
    ClientHooks hooks{.keep = [shared = shared_, server](
                                  const Grant& grant) { shared->tickets().put(server, grant, time_now()); },
                      .adopt = [shared = shared_](const Seed& seed) { return shared->adopt(seed); }};
    auto codec = std::make_unique<RecordCodec>(keys.client_to_server, keys.server_to_client,
                                               shared_->lengths(), loop.random(), std::move(hooks));
    return std::make_unique<transport::CodecStream>(loop, std::move(raw), std::move(codec), received);
  }

  Password password_;
  std::shared_ptr<Shared> shared_;  // with the streams
};

}  // namespace

Result<std::unique_ptr<transport::Connector>> make_connector(const transport::Setup& setup,
                                                             std::shared_ptr<std::mutex> tickets_guard) {
  const auto password = password_from(setup.arguments);
  if (!password) return std::unexpected(password.error());
  TicketStore tickets(setup.state, setup.log, std::move(tickets_guard));
  return std::make_unique<SuitConnector>(*password,
                                         std::make_shared<Shared>(std::move(tickets), setup.random));
}

}  // namespace rozaneh::scramblesuit
