#include "site/upstream.h"

#include "io/dial.h"
#include "io/error.h"
#include "site/proxied.h"

namespace rozaneh::site {
namespace {

constexpr unsigned kBadGateway = 502;
constexpr unsigned kTimeOut = 504;

}  // namespace

Exchange::Exchange(io::Loop& loop, const Settings& settings, std::function<void()> news)
    : loop_(loop), settings_(settings), news_(std::move(news)), changed_(loop) {}

void Exchange::tell() {
  changed_.notify();
  if (!left_) news_();
}

void Exchange::leave() {
  if (std::exchange(left_, true)) return;
  if (stream_) stream_->abort();
  changed_.notify();
}

io::Task<Answer> Exchange::fetch(Request request, Buffer body) {
  request_ = std::move(request);
  Buffer out;
  append(out, bytes_of(proxied_request(request_, *settings_.upstream, body.size())));
  append(out, body);
  body = Buffer();
  loop_.spawn(run(shared_from_this(), std::move(out)));
  while (!has_head_ && !over_) co_await changed_.wait();
  if (!has_head_) co_return error_answer(request_, late_ ? kTimeOut : kBadGateway);
  if (!answer_.head_only) answer_.coming = shared_from_this();
  co_return std::move(answer_);
}

io::Task<> Exchange::run(std::shared_ptr<Exchange> self, Buffer out) {
  co_await self->converse(std::move(out));
  self->stream_.reset();
  if (self->pipe_) self->pipe_->end(true);  // unless it has ended already
  self->over_ = true;
  self->tell();
}

io::Task<> Exchange::converse(Buffer out) {
  io::TcpDialer::Options options;
  options.time_limit = settings_.limits.upstream;
  io::TcpDialer dialer(loop_, options);
  auto stream = co_await dialer.dial(*settings_.upstream);
  late_ = !stream && stream.error().is(io::IoError::timed_out);
  if (!stream || left_) co_return;
  stream_ = std::move(*stream);
  {
    const io::Deadline limit(loop_, settings_.limits.upstream, *stream_);
    const auto written = co_await stream_->write(out);
    late_ = limit.passed();
    if (!written) co_return;
  }
  Buffer received;
  const bool good = co_await read_head(received);
  if (good && !answer_.head_only) co_await read_body(std::move(received));
}

io::Task<Result<io::Chunk>> Exchange::read() {
  const io::Deadline limit(loop_, settings_.limits.upstream, *stream_);
  auto chunk = co_await stream_->read();
  late_ = limit.passed();
  co_return chunk;
}

io::Task<bool> Exchange::read_head(Buffer& received) {
  for (;;) {
    const auto head = parse_http_head(received);
    if (!head || (!*head && received.size() >= kMostProxiedHead)) co_return false;
    if (*head) {
      auto proxied = proxied_answer(request_, **head, *settings_.upstream);
      if (!proxied) co_return false;
      answer_ = std::move(proxied->answer);
      has_head_ = true;
      pipe_.emplace(proxied->end, (*head)->size, proxied->buffered);
      received.erase(received.begin(), received.begin() + static_cast<std::ptrdiff_t>((*head)->size));
      tell();
      co_return true;
    }
    const auto chunk = co_await read();
    if (!chunk || chunk->empty()) co_return false;
    append(received, chunk->bytes());
  }
}

io::Task<> Exchange::read_body(Buffer received) {
  co_await pass(received);
  received = Buffer();
  while (!left_ && !pipe_->ended()) {
    const auto chunk = co_await read();
    if (!chunk || chunk->empty()) {
      pipe_->end(!chunk);
      co_return;
    }
    co_await pass(chunk->bytes());
  }
}

// The visitor's side gets its turn before what it has not taken goes to the file.
io::Task<> Exchange::pass(Bytes bytes) {
  while (!left_ && !pipe_->ended()) {
    bytes = bytes.subspan(pipe_->feed(bytes));
    if (bytes.empty()) pipe_->pause();
    tell();
    if (bytes.empty() || pipe_->ended()) co_return;
    co_await loop_.sleep(io::Clock::duration::zero());
    if (pipe_->full() && !pipe_->spill()) co_await changed_.wait();
  }
}

std::optional<Piece> Exchange::take() {
  if (!pipe_) return std::nullopt;
  auto piece = pipe_->take();
  if (piece) changed_.notify();
  return piece;
}

Coming::State Exchange::state() const { return pipe_ ? pipe_->state() : State::cut; }

}  // namespace rozaneh::site
