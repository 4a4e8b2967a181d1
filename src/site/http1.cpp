#include "site/http1.h"

#include <fmt/format.h>

#include "site/closing.h"
#include "site/conditions.h"
#include "site/head_text.h"
#include "site/static_site.h"
#include "site/upstream.h"

namespace rozaneh::site {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view kLastChunk = "0\r\n\r\n";
constexpr unsigned kNobody = 499;
constexpr std::size_t kChunkLine = 16;  // more than a chunk's size and its line ends take

bool waits_to_send(const Request& request) {
  const std::string* expected = request.get("expect");
  return request.version == Version::http11 && expected != nullptr && same_name(*expected, "100-continue");
}

bool is_too_long(const HeadReader& head) { return head.refusal() == 414 || head.refusal() == kHeadTooLarge; }

// After these, nginx does not go on.
bool ends_connection(unsigned status) {
  return status == 400 || status == 413 || status == 414 || status == 500 || status == 501;
}

}  // namespace

Http1::Http1(io::Loop& loop, Service& service, io::StreamPtr stream, Buffer early, Arrival arrival, Role role)
    : loop_(loop),
      service_(service),
      stream_(std::move(stream)),
      input_(std::move(early)),
      arrival_(arrival),
      role_(role),
      started_(arrival.accepted.value_or(io::Clock::now())) {}

io::Task<> Http1::run() {
  Next next = Next::request;
  while (next == Next::request) {
    const bool came = co_await first_byte();
    next = Next::drop;  // nginx says no farewell to who has ended, and has said it to who was silent
    if (came) next = co_await one_request();
  }
  co_await end(next);
}

io::Task<> Http1::end(Next next) {
  if (next == Next::gone) co_return;
  if (next == Next::close) co_await close_politely(loop_, *stream_);
  if (next == Next::linger) co_await linger(loop_, *stream_, service_.settings.limits);
  stream_->abort();
}

void Http1::drop_input(std::size_t count) {
  if (count == input_.size())
    input_ = Buffer();  // with its memory
  else
    input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(count));
}

// The time for the first request begins with the connection, that for the next when the last is done.
io::Task<bool> Http1::first_byte() {
  if (!input_.empty()) co_return true;
  const Limits& limits = service_.settings.limits;
  const bool first = requests_ == 0;
  const io::Clock::duration limit = first ? io::Clock::duration(limits.header) - (io::Clock::now() - started_)
                                          : io::Clock::duration(limits.keep_alive);
  const auto chunk = co_await read_within(loop_, *stream_, limit);
  if (!chunk || chunk->empty()) co_return false;
  append(input_, chunk->bytes());
  budget_ = HeadBudget();
  co_return true;
}

io::Task<bool> Http1::read_more() {
  const auto chunk = co_await stream_->read();
  if (!chunk || chunk->empty()) co_return false;
  append(input_, chunk->bytes());
  co_return true;
}

io::Task<bool> Http1::read_head(HeadReader& reader) {
  const io::Clock::time_point begin = requests_ == 1 ? started_ : io::Clock::now();
  const io::Deadline limit(loop_, begin + service_.settings.limits.header - io::Clock::now(), *stream_);
  for (;;) {
    drop_input(reader.feed(input_));
    if (reader.state() != HeadReader::State::reading) co_return true;
    const bool more = co_await read_more();
    if (!more) co_return false;
  }
}

bool Http1::keeps_alive(const Request& request) const {
  const Limits& limits = service_.settings.limits;
  const bool wanted = request.persistence == Persistence::unsaid ? request.version == Version::http11
                                                                 : request.persistence == Persistence::keep;
  if (!wanted || role_ == Role::redirect) return wanted;
  return requests_ < limits.requests && io::Clock::now() - started_ <= limits.connection_time &&
         !(request.method == "POST" && is_msie6(request));
}

io::Task<Http1::Next> Http1::one_request() {
  ++requests_;
  const auto reader = std::make_unique<HeadReader>(budget_);
  const bool complete = co_await read_head(*reader);
  if (!complete) co_return Next::drop;
  budget_ = reader->budget();
  Request request = reader->take();
  if (reader->state() == HeadReader::State::refused) {
    Answer answer = error_answer(request, reader->refusal());
    filter(request, answer, 0);
    const Next next = co_await respond(std::move(request), std::move(answer), false);
    co_return next == Next::close&& is_too_long(*reader) ? Next::linger : next;
  }
  if (Upgrade* const upgrade = upgrade_for(request)) {
    if (upgrade->answers()) co_return co_await forward(std::move(request), upgrade);
    co_await upgrade->take(loop_, std::move(request), std::move(stream_), std::move(input_));
    co_return Next::gone;
  }
  if (role_ == Role::site && service_.settings.upstream)
    co_return co_await forward(std::move(request), nullptr);
  Answer answer = service_.answer(request, role_);
  const bool keep = role_ != Role::plain_on_tls && !ends_connection(answer.status) && keeps_alive(request);
  co_return co_await respond(std::move(request), std::move(answer), keep);
}

// Who takes this request out of the site's, if anybody does.
Upgrade* Http1::upgrade_for(const Request& request) const {
  Upgrade* const upgrade = arrival_.upgrade != nullptr ? arrival_.upgrade : service_.upgrade;
  return role_ == Role::site && upgrade != nullptr && upgrade->wants(request) ? upgrade : nullptr;
}

// The whole body first, then the answer: of an upgrade, or of the server behind us.
io::Task<Http1::Next> Http1::forward(Request request, Upgrade* to) {
  const bool keep = keeps_alive(request);
  if (request.content_length.value_or(0) > kMostBody) {
    Answer answer = error_answer(request, 413);
    co_return co_await respond(std::move(request), std::move(answer), false);
  }
  if (waits_to_send(request)) {
    const bool told = co_await send_block(bytes_of(kContinue));
    if (!told) co_return Next::drop;
  }
  Buffer content;
  const unsigned refused = co_await read_body(request, content);
  if (refused == kNobody) co_return Next::drop;
  if (refused == 0 && to == nullptr)
    co_return co_await forward_upstream(std::move(request), std::move(content), keep);
  Answer answer;
  if (refused != 0)
    answer = error_answer(request, refused);
  else
    answer = co_await to->answer(loop_, request, std::move(content));
  filter(request, answer, 0);
  co_return co_await finish(request, std::move(answer), refused == 0 && keep);
}

// The answer to a request of which nothing is left to be read.
io::Task<Http1::Next> Http1::finish(const Request& request, Answer answer, bool keep) {
  const bool goes_on = keep && tells_end(request, answer);
  const bool sent = co_await send(request, answer, goes_on);
  if (!sent) co_return Next::drop;
  co_return goes_on ? Next::request : input_.empty() ? Next::close : Next::linger;
}

// Answers a status where it is refused, kNobody where the client is gone.
io::Task<unsigned> Http1::read_body(const Request& request, Buffer& content) {
  RequestBody body(request);
  for (;;) {
    drop_input(body.feed(input_, &content));
    if (body.bad()) co_return 400;
    if (content.size() > kMostBody) co_return 413;
    if (body.done()) co_return 0;
    const io::Deadline idle(loop_, service_.settings.limits.send, *stream_);
    const bool more = co_await read_more();
    if (!more) co_return kNobody;
  }
}

io::Task<Http1::Next> Http1::respond(Request request, Answer answer, bool keep) {
  RequestBody body(request);
  drop_input(body.feed(input_));
  if (body.bad()) {
    keep = false;
    if (answer.says_continue) answer = error_answer(request, 400);
  }
  const bool told = co_await send_continue(request, answer);
  if (!told) co_return Next::drop;
  const bool sent = co_await send(request, answer, keep);
  if (!sent) co_return Next::drop;
  // nginx takes a failed condition for a failed connection, whatever it has just said.
  if (answer.status == 412) co_return Next::close;
  co_return co_await skip_body(body, keep);
}

io::Task<Http1::Next> Http1::skip_body(RequestBody& body, bool keep) {
  const io::Deadline in_all(loop_, service_.settings.limits.linger_in_all, *stream_);
  while (!body.done() && !body.bad()) {
    const io::Deadline idle(loop_, service_.settings.limits.linger, *stream_);
    const bool more = co_await read_more();
    if (!more) co_return Next::drop;
    drop_input(body.feed(input_));
    if (body.bad()) co_return Next::drop;
  }
  if (keep) co_return Next::request;
  co_return input_.empty() ? Next::close : Next::linger;
}

io::Task<bool> Http1::send_continue(const Request& request, const Answer& answer) {
  if (!answer.says_continue || !waits_to_send(request)) co_return true;
  co_return co_await send_block(bytes_of(kContinue));
}

io::Task<bool> Http1::send_block(Bytes block) {
  const io::Deadline limit(loop_, service_.settings.limits.send, *stream_);
  const auto written = co_await stream_->write(block);
  co_return written.has_value();
}

// The next block of the body as it goes out, framed where it is chunked.
std::size_t Http1::fill(MutableBytes room, Body& body, bool chunked) {
  if (!chunked) return body.read(room);
  if (room.size() < 2 * kChunkLine) return 0;
  const MutableBytes data = room.subspan(kChunkLine, room.size() - 2 * kChunkLine);
  const std::size_t count = body.read(data);
  const std::string line = count == 0 ? std::string() : fmt::format("{:x}\r\n", count);
  std::size_t filled = line.size() + count;
  copy(room.subspan(line.size()), data.first(count));
  copy(room, bytes_of(line));
  if (count > 0) {
    copy(room.subspan(filled), bytes_of("\r\n"));
    filled += 2;
  }
  if (body.done()) {
    copy(room.subspan(filled), bytes_of(kLastChunk));
    filled += kLastChunk.size();
  }
  return filled;
}

// A block with the head in it; empty in HTTP/0.9.
io::Chunk Http1::begin(const Request& request, const Answer& answer, bool keep) {
  const HeadFacts facts{service_.settings.now(), keep, arrival_.tls, arrival_.local};
  io::Chunk block = loop_.pool().borrow();
  if (request.version >= Version::http10) block.assign(bytes_of(head_text(request, answer, facts)));
  return block;
}

io::Task<bool> Http1::send(const Request& request, Answer& answer, bool keep) {
  const bool chunked = is_chunked(request, answer);
  io::Chunk block = begin(request, answer, keep);
  Body body(answer);
  const bool empty = answer.head_only;
  while (!empty && !body.broken() && (!body.done() || chunked)) {
    block.grow(fill(block.room(), body, chunked));
    if (body.broken() || body.done()) break;
    const bool sent = co_await send_block(block.bytes());
    if (!sent) co_return false;
    block.drop_back(block.size());
  }
  if (block.empty()) co_return !body.broken();
  const bool sent = co_await send_block(block.bytes());
  co_return sent && !body.broken();
}

}  // namespace rozaneh::site
