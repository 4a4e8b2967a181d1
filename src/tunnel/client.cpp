#include "tunnel/client.h"

#include <algorithm>

namespace rozaneh::tunnel {
namespace {

constexpr std::chrono::seconds kOpenLimit{30};

}  // namespace

std::shared_ptr<Client> Client::make(io::Loop& loop, Options options, std::shared_ptr<Carrier> carrier) {
  return std::shared_ptr<Client>(new Client(loop, std::move(options), std::move(carrier)));
}

Client::Client(io::Loop& loop, Options options, std::shared_ptr<Carrier> carrier)
    : loop_(loop), options_(std::move(options)), carrier_(std::move(carrier)), changed_(loop) {}

Client::~Client() {
  if (host_) host_->leave();
}

bool Client::is_at(const std::shared_ptr<Host>& host) const {
  return host_ == host && !host->session().ended();
}

void Client::begin() {
  host_ = Host::make(loop_, Role::client, options_.ours, *this);
  there_ = false;
  next_ = 0;
  failure_.reset();
  used_ = io::Clock::now();
  resting_ = false;
  forget_dials();
  // Not before the stream is there for which it is made: that goes with the hello.
  loop_.post([self = shared_from_this(), host = host_] { self->loop_.spawn(keep(self, host)); });
}

io::Task<Result<>> Client::start() {
  const auto self = shared_from_this();
  if (!host_) begin();
  const auto host = host_;
  while (host_ == host && host && !there_) co_await changed_.wait();
  if (host && host_ == host) co_return Result<>();
  co_return std::unexpected(failure_.value_or(Error(TunnelError::ended)));
}

io::Task<Result<io::StreamPtr>> Client::open(Target target) {
  const auto self = shared_from_this();
  const auto started = co_await start();
  if (!started) co_return std::unexpected(started.error());
  co_return co_await open_early(std::move(target));
}

io::Task<Result<io::StreamPtr>> Client::open_early(Target target) {
  const auto self = shared_from_this();
  if (!host_) begin();
  const auto host = host_;
  if (!host) co_return std::unexpected(failure_.value_or(Error(TunnelError::ended)));
  auto stream = co_await host->open(std::move(target), kOpenLimit);
  changed_.notify();  // a connection is wanted, and quiet ones are asked
  co_return stream;
}

io::Task<Result<io::DatagramsPtr>> Client::open_flow() {
  const auto self = shared_from_this();
  const auto started = co_await start();
  if (!started) co_return std::unexpected(started.error());
  const auto host = host_;
  auto flow = co_await host->open_flow(Target(), kOpenLimit);
  changed_.notify();  // as for a stream
  co_return flow;
}

void Client::use(Policy policy) {
  options_.policy = std::move(policy);
  changed_.notify();
}

void Client::close(const std::shared_ptr<void>& telling) {
  if (!host_) return;
  const auto host = host_;
  host->close(CloseReason::done, telling);
  ended(CloseReason::done);
}

void Client::network_changed() {
  for (Up& up : up_) {
    up.wanted = false;
    up.silent = true;
  }
  forget_dials();
  changed_.notify();
}

// --- what the host says ---

Client::Up* Client::find(ConnectionNumber connection) {
  const auto found = std::ranges::find(up_, connection, &Up::number);
  return found == up_.end() ? nullptr : &*found;
}

void Client::lost(ConnectionNumber connection) {
  std::erase_if(up_, [connection](const Up& up) { return up.number == connection; });
  changed_.notify();
}

void Client::suspect(ConnectionNumber connection) {
  if (Up* up = find(connection)) {
    up->wanted = false;
    up->silent = true;
    carrier_->wasted();
  }
  changed_.notify();
}

void Client::worn(ConnectionNumber connection) {
  if (Up* up = find(connection)) up->wanted = false;
  changed_.notify();
}

void Client::ended(CloseReason /*reason*/) {
  if (host_) host_->leave();
  host_.reset();
  there_ = false;
  up_.clear();
  changed_.notify();
}

}  // namespace rozaneh::tunnel
