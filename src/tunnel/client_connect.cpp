// One connection of a session: dialled, greeted, and handed to the host.
#include "io/deadline.h"
#include "io/error.h"
#include "tunnel/client.h"
#include "tunnel/message.h"

namespace rozaneh::tunnel {
namespace {

constexpr std::chrono::milliseconds kFirstWord{10};
constexpr std::chrono::milliseconds kFirstPause{250};
constexpr std::chrono::seconds kLongestPause{5};

// Of frames in our hello: what waits to be sent, up to this.
constexpr std::size_t kHelloFrames = 8 * 1024;

std::uint32_t seconds_now() {
  return static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
          .count());
}

}  // namespace

struct Client::Made {
  Keys keys;
  Buffer behind;
  LinkUse use;
};

// Those that are under way belong to a network or a session that is no more; what comes of them is used.
void Client::forget_dials() {
  dials_ = std::make_shared<Dials>();
  dials_->pause = kFirstPause;
}

io::Task<> Client::dial(std::shared_ptr<Client> self, std::shared_ptr<Host> host, std::size_t at_once) {
  const auto dials = self->dials_;
  const auto connected = co_await self->connect(host, at_once);
  --dials->under_way;
  if (!self->is_at(host)) co_return;
  if (connected) {
    dials->pause = kFirstPause;
  } else {
    self->failed(host, connected.error());
  }
  self->changed_.notify();
}

void Client::failed(const std::shared_ptr<Host>& host, const Error& error) {
  failure_ = error;
  loop_.log().debug("tunnel: {}", error.message());
  if (!there_) {
    // Who waits is told, and the next stream tries again.
    host->close(CloseReason::done);
    if (error.is(TunnelError::credential)) carrier_->shut_out(error);
    return ended(CloseReason::done);
  }
  dials_->not_before = io::Clock::now() + dials_->pause;
  dials_->pause = std::min<Duration>(2 * dials_->pause, kLongestPause);
}

Result<> Client::take(Host& host, ConnectionNumber number, const ServerHello& answer) {
  if (answer.status == Status::credential) return fail(TunnelError::credential);
  if (answer.status == Status::draining) return fail(TunnelError::draining);
  if (answer.status != Status::taken)
    return fail(TunnelError::refused, fmt::format("with status {}", static_cast<int>(answer.status)));
  if (!there_) {
    name_ = *answer.session;
    allowed_ = answer.parameters.connections;
    host.session().peer_says(answer.parameters);
  }
  if (!answer.early) host.session().refuse_early(number);
  return host.session().receive(number, answer.frames, io::Clock::now());
}

io::Task<Result<Client::Made>> Client::shake(std::shared_ptr<Host> host, io::Stream& stream,
                                             ConnectionNumber number) {
  // An application is told of its stream before there is a session: what it says at once goes with the hello.
  if (!there_) co_await host->first_bytes(kFirstWord);
  if (!is_at(host)) co_return fail(TunnelError::ended);
  const Policy& policy = options_.policy;
  LinkUse use{
      .send_at_most = policy.bytes_up, .receive_at_most = policy.bytes_down, .padding = policy.padding};
  ClientOpening opening(options_.server, crypto::make_key_pair(loop_.random()));
  ClientHello hello{.time = seconds_now(), .parameters = options_.ours};
  hello.parameters.send_at_most = policy.bytes_down;
  hello.parameters.padded_records = policy.padding.records;
  hello.parameters.padding = policy.padding.bytes;
  if (there_) {
    hello.join = Join{.session = name_, .connection = number};
  } else if (options_.credential) {
    hello.credential = options_.credential->bytes();
  }
  Buffer frames(use.send_at_most > 0 ? std::min<std::size_t>(kHelloFrames, use.send_at_most / 2)
                                     : kHelloFrames);
  frames.resize(host->session().hello(number, frames, io::Clock::now()));
  hello.frames = frames;
  const Buffer message = opening.hello(hello, there_ ? &secret_ : nullptr, use.padding.draw(loop_.random()));
  const io::Deadline limit(loop_, options_.answer_limit, stream);
  const auto written = co_await stream.write(message);
  if (!written) co_return std::unexpected(written.error());
  auto answer = co_await read_message(stream, {});
  if (!answer) co_return std::unexpected(answer.error());
  const auto read = opening.read(answer->bytes);
  if (!read) co_return std::unexpected(read.error());
  const auto taken = take(*host, number, *read);
  if (!taken) {
    if (read->status == Status::no_session) host->close(CloseReason::done);
    co_return std::unexpected(taken.error());
  }
  use.sent = message.size();
  use.received = answer->bytes.size();
  Made made{.keys = opening.keys(), .behind = std::move(answer->behind), .use = use};
  if (!there_) secret_ = made.keys.session;
  there_ = true;
  co_return made;
}

void Client::came_up(Host& host, ConnectionNumber number) {
  const Time now = io::Clock::now();
  Time retires = Time::max();
  if (const std::chrono::milliseconds age = options_.policy.age; age.count() > 0) {
    // Each connection's life is drawn, so that the ends make no pattern.
    const auto fifth = static_cast<std::uint32_t>(age.count() / 5);
    retires = now + age - std::chrono::milliseconds(loop_.random().between(0, fifth));
  }
  up_.push_back({.number = number, .retires = retires, .heard = now});
  retire_replaced(host);
}

io::Task<Result<>> Client::connect(std::shared_ptr<Host> host, std::size_t at_once) {
  auto stream = co_await carrier_->dial(loop_, at_once);
  if (!stream) co_return std::unexpected(stream.error());
  if (host->session().ended()) co_return fail(TunnelError::ended);
  const ConnectionNumber number = there_ ? ++next_ : 0;
  host->session().attach(number, io::Clock::now());
  auto made = co_await shake(host, **stream, number);
  if (!made) {
    host->session().detach(number, io::Clock::now());
    host->settle();
    carrier_->wasted();
    co_return std::unexpected(made.error());
  }
  if (host_ != host) co_return fail(TunnelError::ended);
  came_up(*host, number);
  loop_.spawn(
      host->carry(number, std::move(*stream), std::move(made->keys), std::move(made->behind), made->use));
  changed_.notify();
  co_return Result<>();
}

}  // namespace rozaneh::tunnel
