#include "transport/http/connection.h"

#include <fmt/format.h>

#include "io/deadline.h"
#include "io/error.h"
#include "transport/http/error.h"

namespace rozaneh::http {
namespace {

constexpr std::chrono::seconds kHandshakeLimit{30};
constexpr std::chrono::seconds kSilence{20};  // beyond the time that the server was allowed to wait
constexpr std::size_t kPiece = std::size_t{16} * 1024;
constexpr unsigned kOk = 200;

bool is_missing(unsigned status) { return status == 404 || status == 410; }

}  // namespace

void Connection::drop() {
  stream_.reset();
  used_ = false;
  input_ = Buffer();
}

void Connection::abort() noexcept {
  aborted_ = true;
  if (stream_) stream_->abort();
}

io::Task<Result<io::StreamPtr>> Connection::secure(io::StreamPtr raw) {
  const io::Deadline limit(loop_, kHandshakeLimit, *raw);
  auto stream = co_await road_.destination.tls->connect(loop_, std::move(raw), road_.destination.name);
  if (limit.passed()) co_return fail(HttpCarrierError::late, "in the TLS handshake");
  if (!stream) co_return fail(HttpCarrierError::handshake, stream.error().message());
  co_return std::move(*stream);
}

io::Task<Result<>> Connection::dial() {
  Result<io::StreamPtr> stream;
  if (road_.via) {
    stream = co_await dialer_.dial(*road_.via);
  } else {
    stream = co_await road_.destination.dial(dialer_);
  }
  if (stream && road_.destination.tls && !aborted_) stream = co_await secure(std::move(*stream));
  if (!stream) co_return std::unexpected(stream.error());
  if (aborted_) co_return fail(io::IoError::aborted);
  stream_ = std::move(*stream);
  co_return Result<>();
}

io::Task<Result<>> Connection::send(Bytes request) {
  while (!request.empty()) {
    const Bytes piece = request.first(std::min(request.size(), kPiece));
    const io::Deadline limit(loop_, kSilence, *stream_);
    const auto written = co_await stream_->write(piece);
    if (!written) co_return written;
    request = request.subspan(piece.size());
  }
  co_return Result<>();
}

// Takes what came apart, as far as it goes.
Result<> Connection::digest() {
  const auto used = reader_.feed(input_, content_);
  if (!used) return std::unexpected(used.error());
  input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(*used));
  return {};
}

io::Task<Result<bool>> Connection::read(io::Clock::duration limit) {
  Result<io::Chunk> chunk;
  bool late = false;
  {
    const io::Deadline deadline(loop_, limit, *stream_);
    chunk = co_await stream_->read();
    late = deadline.passed();
  }
  if (late) co_return fail(HttpCarrierError::late);
  if (!chunk) co_return std::unexpected(chunk.error());
  if (chunk->empty()) {
    const bool whole = reader_.end();
    if (!whole) co_return fail(io::IoError::reset);
    co_return false;
  }
  touched_ = true;
  append(input_, chunk->bytes());
  const auto digested = digest();
  if (!digested) co_return std::unexpected(digested.error());
  co_return true;
}

Error Connection::refusal() const {
  const unsigned status = reader_.status();
  if (is_missing(status)) return {HttpCarrierError::refused, fmt::format("status {}", status)};
  const bool front = status == 502 || status == 503 || status == 504;
  return {HttpCarrierError::unexpected,
          fmt::format("status {}{}", status,
                      front ? ": the web server works, but not the bridge behind it" : "")};
}

io::Task<Result<AnswerHead>> Connection::exchange(const Token& token, Bytes request) {
  reader_ = AnswerReader();
  content_ = Buffer();
  touched_ = false;
  const auto sent = co_await send(request);
  if (!sent) co_return std::unexpected(sent.error());
  const io::Clock::duration limit = std::chrono::seconds(token.poll) + kSilence;
  bool goes_on = true;
  while (goes_on && !reader_.done() && content_.size() < AnswerHead::kSize) {
    const auto read_on = co_await read(limit);
    if (!read_on) co_return std::unexpected(read_on.error());
    goes_on = *read_on;
    if (reader_.has_head() && reader_.status() != kOk) co_return std::unexpected(refusal());
  }
  const Bytes begin = Bytes(content_).first(std::min(content_.size(), AnswerHead::kSize));
  const auto head = parse_answer_head(begin, token);
  if (!head) co_return fail(HttpCarrierError::unexpected);
  content_.erase(content_.begin(), content_.begin() + AnswerHead::kSize);
  co_return *head;
}

io::Task<Result<AnswerHead>> Connection::ask(Token token, Bytes body) {
  Buffer request = concat(bytes_of(request_head(road_.shape, token, body.size())), body);
  for (;;) {
    if (aborted_) co_return fail(io::IoError::aborted);
    const bool again = used_;
    if (!stream_) {
      const auto dialled = co_await dial();
      if (!dialled) co_return std::unexpected(dialled.error());
    }
    auto head = co_await exchange(token, request);
    if (head) co_return head;
    drop();
    if (!again || touched_) co_return head;
  }
}

io::Task<Result<Buffer>> Connection::more() {
  bool goes_on = true;
  while (goes_on && content_.empty() && !reader_.done()) {
    const auto read_on = co_await read(kSilence);
    if (!read_on) {
      drop();
      co_return std::unexpected(read_on.error());
    }
    goes_on = *read_on;
  }
  if (content_.empty()) {
    used_ = true;
    if (!reader_.keeps() || !input_.empty()) drop();
  }
  co_return std::exchange(content_, {});
}

}  // namespace rozaneh::http
