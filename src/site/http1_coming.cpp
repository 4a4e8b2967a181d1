// Answers of the server behind us, passed on while they come.
#include "site/http1.h"

namespace rozaneh::site {
namespace {

// What one piece takes at most, framed.
constexpr std::size_t kPiece = (Pipe::kBuffers + 1) * Pipe::kBuffer;
constexpr std::size_t kPostpone = 1460;  // postpone_output
// In TLS nothing leaves nginx before so much is together, or the end is there (ssl_buffer_size).
constexpr std::size_t kTlsBuffer = 16 * 1024;

}  // namespace

io::Task<Http1::Next> Http1::forward_upstream(Request request, Buffer content, bool keep) {
  const auto exchange = std::make_shared<Exchange>(loop_, service_.settings, [] {});
  const Interest interest(exchange);
  Answer answer = co_await exchange->fetch(request, std::move(content));
  filter(request, answer, 0);
  if (!answer.coming) co_return co_await finish(request, std::move(answer), keep);
  const bool goes_on = keep && tells_end(request, answer);
  co_return co_await pass_on(request, answer, *exchange, goes_on);
}

// While nothing comes, no block is held, but for what TLS holds back.
io::Task<Http1::Next> Http1::pass_on(const Request& request, Answer& answer, Exchange& exchange, bool keep) {
  const bool chunked = is_chunked(request, answer);
  const bool holds = arrival_.tls && exchange.buffered();
  io::Chunk block = begin(request, answer, keep);
  Body body(answer);
  bool begins = !exchange.buffered() || block.size() >= kPostpone;  // with the head alone
  while (!body.done()) {
    const bool ready = body.ready();
    if (body.broken()) break;
    if (ready && block.empty()) block = loop_.pool().borrow();
    if (ready && block.room().size() > kPiece) {
      block.grow(fill(block.room(), body, chunked));
      begins = true;
      continue;
    }
    const bool leaves = begins && !block.empty() && (!holds || block.size() >= kTlsBuffer);
    if (leaves) {
      const bool sent = co_await send_some(block, holds);
      if (!sent) co_return Next::drop;
    } else {
      co_await exchange.changed();
    }
  }
  // Then nginx says no more; nor farewell in TLS, if something is stuck there.
  if (exchange.state() == Coming::State::broken)
    co_return arrival_.tls&& begins && !block.empty() ? Next::drop : Next::close;
  const bool sent = co_await send_some(block, false);
  if (!sent) co_return Next::drop;
  if (keep && !body.broken()) co_return Next::request;
  co_return input_.empty() ? Next::close : Next::linger;
}

// All of the block, or what of it fills buffers of TLS.
io::Task<bool> Http1::send_some(io::Chunk& block, bool holds) {
  const std::size_t count = holds ? block.size() / kTlsBuffer * kTlsBuffer : block.size();
  const bool sent = co_await send_block(block.bytes().first(count));
  const Buffer rest(block.bytes().begin() + static_cast<std::ptrdiff_t>(count), block.bytes().end());
  block = io::Chunk();
  if (!rest.empty()) {
    block = loop_.pool().borrow();
    block.assign(rest);
  }
  co_return sent;
}

}  // namespace rozaneh::site
