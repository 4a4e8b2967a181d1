#include "transport/http/client_stream.h"

#include <optional>

#include "io/error.h"
#include "io/event.h"
#include "transport/http/client_side.h"
#include "transport/http/error.h"

namespace rozaneh::http {
namespace {

constexpr std::chrono::seconds kPatience{60};
constexpr std::chrono::milliseconds kFirstPause{100};
constexpr std::chrono::milliseconds kLongestPause{2000};

// Shared by the stream and the two tasks that make its requests, which end a little later.
struct Carried {
  Carried(io::Loop& on, std::shared_ptr<const Road> by, std::unique_ptr<io::Dialer> with)
      : loop(on),
        road(std::move(by)),
        dialer(std::move(with)),
        up_line(loop, *road, *dialer),
        down_line(loop, *road, *dialer),
        to_send(loop),
        taken(loop),
        came(loop),
        room(loop) {
    loop.random().fill(id);
  }

  [[nodiscard]] Token token(Kind kind, std::uint64_t offset) const {
    return {.kind = kind, .poll = road->poll, .offset = offset, .stream = id};
  }
  void wake() {
    to_send.notify();
    taken.notify();
    came.notify();
    room.notify();
  }
  void fail_with(Error why) {
    if (!failure) failure = std::move(why);
    up_line.abort();
    down_line.abort();
    wake();
  }
  [[nodiscard]] bool stopped() const { return failure.has_value(); }

  io::Loop& loop;
  std::shared_ptr<const Road> road;
  std::unique_ptr<io::Dialer> dialer;
  StreamId id{};
  Connection up_line;
  Connection down_line;
  Upload up;
  Download down;
  io::Event to_send;  // for who sends requests up
  io::Event taken;    // for who writes
  io::Event came;     // for who reads
  io::Event room;     // for who asks for more
  std::optional<Error> failure;
  bool given_up = false;  // by who used the stream
};

using CarriedPtr = std::shared_ptr<Carried>;

// How long to go on with requests that do not come through.
class Patience {
 public:
  void reward() { *this = Patience(); }
  // Told after each failure, and counted from the first of them: how long a request waits is no matter.
  bool over() {
    const auto now = io::Clock::now();
    if (!failing_) failing_ = now;
    return now - *failing_ > kPatience;
  }
  // What to wait before the next try: at first nothing, for a connection dies now and then.
  io::Clock::duration pause() {
    const auto now = pause_;
    pause_ = std::min(std::max(pause_ * 2, kFirstPause), kLongestPause);
    return now;
  }

 private:
  std::optional<io::Clock::time_point> failing_;
  std::chrono::milliseconds pause_{0};
};

// After a failed request: whether to try again. The answer that the stream is not known any more is final.
io::Task<bool> try_again(CarriedPtr carried, Patience& patience, const Error& why) {
  if (carried->stopped()) co_return false;
  if (why.is(HttpCarrierError::refused)) {
    carried->fail_with(HttpCarrierError::gone);
    co_return false;
  }
  if (patience.over()) {
    carried->fail_with(Error(HttpCarrierError::unreachable, why.message()));
    co_return false;
  }
  const auto pause = patience.pause();
  if (pause.count() > 0) co_await carried->loop.sleep(pause);
  co_return !carried->stopped();
}

io::Task<Result<AnswerHead>> ask_up(CarriedPtr carried, Token token, Bytes body) {
  auto head = co_await carried->up_line.ask(token, body);
  if (!head) co_return head;
  for (;;) {
    const auto rest = co_await carried->up_line.more();
    if (!rest) co_return std::unexpected(rest.error());
    if (rest->empty()) break;
  }
  if (head->flags == AnswerHead::kReset) co_return fail(HttpCarrierError::reset);
  co_return head;
}

// The server would find out by itself, when nobody asks any more; this is sooner. It has its own connection,
// for the others are being ended.
io::Task<> say_goodbye(CarriedPtr carried) {
  Connection line(carried->loop, *carried->road, *carried->dialer);
  const Token token = carried->token(Kind::give_up, 0);
  const auto head = co_await line.ask(token, Bytes());
  (void)head;
}

io::Task<> send_up(CarriedPtr carried) {
  Patience patience;
  while (!carried->stopped() && !carried->up.over()) {
    if (!carried->up.pending()) {
      co_await carried->to_send.wait();
      patience.reward();
      continue;
    }
    const Upload::Body body = carried->up.next();
    const Buffer bytes(body.bytes.begin(), body.bytes.end());
    const Token token = carried->token(body.end ? Kind::up_end : Kind::up, body.offset);
    const auto head = co_await ask_up(carried, token, bytes);
    if (head && carried->up.answered(head->position)) {
      patience.reward();
      carried->taken.notify();
      continue;
    }
    if (head || head.error().is(HttpCarrierError::reset)) {
      carried->fail_with(head ? Error(HttpCarrierError::unexpected) : head.error());
      break;
    }
    carried->up.failed();
    const bool again = co_await try_again(carried, patience, head.error());
    if (!again) break;
  }
  if (carried->given_up) co_await say_goodbye(carried);
}

// One GET and what it brings, as far as it comes.
io::Task<Result<>> fetch(CarriedPtr carried, Patience& patience) {
  const Token token = carried->token(Kind::down, carried->down.offset());
  const auto head = co_await carried->down_line.ask(token, Bytes());
  if (!head) co_return std::unexpected(head.error());
  if (head->flags == AnswerHead::kReset) co_return fail(HttpCarrierError::reset);
  patience.reward();
  for (;;) {
    const auto bytes = co_await carried->down_line.more();
    if (!bytes) co_return std::unexpected(bytes.error());
    if (bytes->empty()) break;
    patience.reward();
    carried->down.put(*bytes);
    carried->came.notify();
    while (!carried->down.has_room() && !carried->stopped()) co_await carried->room.wait();
  }
  if (head->flags == AnswerHead::kEnd && head->position == carried->down.offset()) carried->down.end();
  carried->came.notify();
  co_return Result<>();
}

// The last GET tells that the end has come.
io::Task<> fetch_down(CarriedPtr carried) {
  Patience patience;
  bool told = false;
  while (!carried->stopped() && !told) {
    const bool ended = carried->down.ended();
    const auto fetched = co_await fetch(carried, patience);
    told = ended;
    if (fetched) continue;
    if (fetched.error().is(HttpCarrierError::reset) && !ended) {
      carried->fail_with(fetched.error());
      break;
    }
    if (told) break;
    const bool again = co_await try_again(carried, patience, fetched.error());
    if (!again) break;
  }
}

class ClientStream final : public io::Stream {
 public:
  explicit ClientStream(CarriedPtr carried) : carried_(std::move(carried)) {}
  ClientStream(const ClientStream&) = delete;
  ClientStream& operator=(const ClientStream&) = delete;
  ~ClientStream() override { ClientStream::abort(); }

  io::Task<Result<io::Chunk>> read() override {
    const auto carried = carried_;
    Download& down = carried->down;
    while (down.unread().empty() && !down.ended() && !carried->stopped()) co_await carried->came.wait();
    if (down.unread().empty() && down.ended()) co_return io::Chunk();
    if (down.unread().empty() || carried->given_up) co_return std::unexpected(*carried->failure);
    io::Chunk chunk = carried->loop.pool().borrow();
    chunk.assign(down.unread().first(std::min(down.unread().size(), io::BufferPool::kRead)));
    down.read(chunk.size());
    carried->room.notify();
    co_return chunk;
  }

  io::Task<Result<>> write(Bytes bytes) override {
    const auto carried = carried_;
    for (;;) {
      if (carried->stopped()) co_return std::unexpected(*carried->failure);
      const std::size_t count = carried->up.put(bytes);
      bytes = bytes.subspan(count);
      if (count > 0) carried->to_send.notify();
      if (bytes.empty()) co_return Result<>();
      co_await carried->taken.wait();
    }
  }

  io::Task<Result<>> finish() override {
    const auto carried = carried_;
    carried->up.end();
    carried->to_send.notify();
    while (!carried->up.over() && !carried->stopped()) co_await carried->taken.wait();
    if (!carried->up.over()) co_return std::unexpected(*carried->failure);
    co_return Result<>();
  }

  void abort() noexcept override {
    if (carried_->given_up || (carried_->up.over() && carried_->down.ended())) return;
    const bool known = carried_->stopped();
    carried_->given_up = true;
    carried_->fail_with(io::IoError::aborted);
    // The task that sends up says it, unless it has ended.
    if (!known && carried_->up.over()) carried_->loop.spawn(say_goodbye(carried_));
  }

 private:
  CarriedPtr carried_;
};

}  // namespace

io::Task<Result<io::StreamPtr>> open_stream(io::Loop& loop, std::shared_ptr<const Road> road,
                                            std::unique_ptr<io::Dialer> dialer) {
  const auto carried = std::make_shared<Carried>(loop, std::move(road), std::move(dialer));
  const Token token = carried->token(Kind::open, 0);
  const auto head = co_await ask_up(carried, token, Bytes());
  if (!head) co_return std::unexpected(head.error());
  loop.spawn(send_up(carried));
  loop.spawn(fetch_down(carried));
  co_return std::make_unique<ClientStream>(carried);
}

}  // namespace rozaneh::http
