#include "transport/sided.h"

namespace rozaneh::transport {
namespace {

class SidedConnector final : public Connector {
 public:
  explicit SidedConnector(OpenSided open) : open_(open) {}

  io::Task<Result<io::StreamPtr>> connect(io::Loop& loop, const Target& /*server*/,
                                          io::StreamPtr raw) override {
    return open_(loop, std::move(raw), Side::initiator, kHelloLimit);
  }

 private:
  OpenSided open_;
};

class SidedAcceptor final : public Acceptor {
 public:
  SidedAcceptor(OpenSided open, std::chrono::seconds hello_limit) : open_(open), hello_limit_(hello_limit) {}

  io::Task<Result<Accepted>> accept(io::Loop& loop, io::StreamPtr raw) override {
    auto stream = co_await open_(loop, std::move(raw), Side::responder, hello_limit_);
    co_return stream;
  }
  [[nodiscard]] Arguments client_arguments() const override { return {}; }

 private:
  OpenSided open_;
  std::chrono::seconds hello_limit_;
};

}  // namespace

std::unique_ptr<Connector> sided_connector(OpenSided open) { return std::make_unique<SidedConnector>(open); }

std::unique_ptr<Acceptor> sided_acceptor(OpenSided open, std::chrono::seconds hello_limit) {
  return std::make_unique<SidedAcceptor>(open, hello_limit);
}

}  // namespace rozaneh::transport
