#include "site/http2.h"

#include "site/h2_head.h"
#include "site/h2_tunnel_stream.h"
#include "site/upstream.h"

namespace rozaneh::site {
namespace {

constexpr std::chrono::hours kNever{24};

bool is_bare(const Answer& answer) { return answer.head_only || answer.length == std::uint64_t{0}; }

}  // namespace

Http2::Http2(io::Loop& loop, Service& service, io::StreamPtr stream, Arrival arrival)
    : loop_(loop),
      service_(service),
      stream_(std::move(stream)),
      arrival_(arrival),
      upgrade_(arrival.upgrade != nullptr ? arrival.upgrade : service.upgrade),
      session_(options_for(service, upgrade_)),
      changed_(loop),
      started_(arrival.accepted.value_or(io::Clock::now())),
      last_progress_(started_),
      idle_since_(started_) {}

H2Session::Options Http2::options_for(const Service& service, const Upgrade* upgrade) {
  H2Session::Options options;
  options.requests = service.settings.limits.requests;
  options.keeps_bodies = service.settings.upstream.has_value();
  if (upgrade != nullptr)
    options.may_extend = [upgrade](const Request& so_far) { return upgrade->may_extend(so_far); };
  return options;
}

io::Task<> Http2::run(Buffer early) {
  // What came together with TLS's last message is answered together with our SETTINGS.
  if (early.empty() && stream_->holds_bytes())
    if (const auto chunk = co_await stream_->read())
      early.assign(chunk->bytes().begin(), chunk->bytes().end());
  writes_ = true;
  arm();
  if (!early.empty()) take(early);
  early = Buffer();
  loop_.spawn(write_all(shared_from_this()));
  co_await read_until_end();
  gone_ = true;
  wake();
  while (writes_) co_await changed_.wait();
  limit_.reset();
  session_.close();
  stream_->abort();
  wake();  // tunnels
}

io::Task<> Http2::read_until_end() {
  for (;;) {
    const auto chunk = co_await stream_->read();
    if (!chunk || chunk->empty() || session_.abrupt()) co_return;
    take(chunk->bytes());
  }
}

void Http2::take(Bytes bytes) {
  session_.feed(bytes);
  while (const auto ready = session_.next()) {
    respond(*ready);
    session_.go_on();
  }
  note_progress();
  wake();
}

io::Task<> Http2::write_all(std::shared_ptr<Http2> self) {
  co_await self->write_until_end();
  self->writes_ = false;
  self->wake();
}

// Ends with the session, or when the connection fails. After the session's end the reader goes on for a
// while, so that what the client still sends is not answered by a reset.
io::Task<> Http2::write_until_end() {
  for (;;) {
    const Buffer out = session_.output();
    if (out.empty()) {
      if (session_.ended() || gone_) break;
      co_await changed_.wait();
      continue;
    }
    // Who reads a tunnel's bytes slowly may take his time.
    const io::Clock::duration most = tunnels_ > 0 ? kNever : service_.settings.limits.send;
    const io::Deadline limit(loop_, most, *stream_);
    const auto written = co_await write_in_pieces(out, session_.cuts());
    if (!written) break;
    note_progress();
    waited_ = session_.waits_for_client();
    wake();
  }
  if (gone_ || session_.abrupt() || !session_.ended()) {
    stream_->abort();
    co_return;
  }
  const io::Deadline limit(loop_, service_.settings.limits.linger, *stream_);
  const auto finished = co_await stream_->finish();
  (void)finished;
  while (!gone_ && !limit.passed()) co_await changed_.wait();
}

io::Task<Result<>> Http2::write_in_pieces(Bytes bytes, std::vector<std::size_t> cuts) {
  std::size_t from = 0;
  cuts.push_back(bytes.size());
  for (const std::size_t to : cuts) {
    if (to == from) continue;
    const auto written = co_await stream_->write(bytes.subspan(from, to - from));
    if (!written) co_return written;
    from = to;
  }
  co_return Result<>();
}

Buffer Http2::fields(const Request& request, const Answer& answer) {
  const HeadFacts facts{service_.settings.now(), true, arrival_.tls, arrival_.local};
  return h2_field_block(request, answer, facts, session_.takes_table_update());
}

void Http2::respond(H2Session::Ready ready) {
  asked_ = true;
  const Request* request = session_.request(ready.stream);
  if (request == nullptr) return;
  if (ready.refusal == 0 && !request->protocol.empty()) {
    if (start_tunnel(ready.stream, *request)) return;
    ready.refusal = 400;  // as nginx, at the end
  }
  if (ready.refusal == 0 && service_.settings.upstream) {
    loop_.spawn(forward(shared_from_this(), ready.stream, *request, session_.take_body(ready.stream)));
    return;
  }
  Answer answer =
      ready.refusal == 0 ? service_.answer(*request, Role::site) : error_answer(*request, ready.refusal);
  if (ready.refusal != 0) filter(*request, answer, 0);
  send(ready.stream, *request, answer);
}

void Http2::send(std::uint32_t id, const Request& request, Answer& answer) {
  const bool bare = is_bare(answer);
  const Buffer block = fields(request, answer);
  session_.answer(id, block, bare ? nullptr : std::make_unique<Body>(answer));
}

io::Task<> Http2::forward(std::shared_ptr<Http2> self, std::uint32_t id, Request request, Buffer body) {
  const auto news = [weak = self->weak_from_this()] {
    if (const auto connection = weak.lock()) connection->on_news();
  };
  const auto exchange = std::make_shared<Exchange>(self->loop_, self->service_.settings, news);
  self->session_.attach(id, std::make_shared<const Interest>(exchange));
  Answer answer = co_await exchange->fetch(request, std::move(body));
  filter(request, answer, 0);
  const bool bare = is_bare(answer);
  const Buffer block = self->fields(request, answer);
  auto source = std::make_unique<Body>(answer);
  // In HTTP/2, nginx's head does not go out alone.
  while (!source->ready()) co_await exchange->changed();
  self->session_.answer(id, block, bare ? nullptr : std::move(source));
  self->note_progress();
  self->wake();
}

// Something came from upstream: the time for the client to take it begins, unless it runs already.
void Http2::on_news() {
  const bool waits = session_.waits_for_client();
  if (waits && !waited_) note_progress();
  waited_ = waits;
  wake();
}

bool Http2::start_tunnel(std::uint32_t id, const Request& request) {
  if (upgrade_ == nullptr || !upgrade_->wants(request)) return false;
  Request taken = request;
  session_.open_tunnel(id, fields(request, Answer()));
  auto stream = std::make_unique<H2Tunnel>(shared_from_this(), id);
  loop_.spawn(upgrade_->take(loop_, std::move(taken), std::move(stream), Buffer()));
  return true;
}

void Http2::note_progress() {
  last_progress_ = io::Clock::now();
  const bool idle = session_.idle();
  if (idle && !was_idle_) idle_since_ = last_progress_;
  if (idle != was_idle_) arm();
  was_idle_ = idle;
}

io::Clock::time_point Http2::due() const {
  const Limits& limits = service_.settings.limits;
  if (tunnels_ > 0) return io::Clock::now() + limits.keep_alive;  // looked at again then
  if (!session_.idle())
    return session_.waits_for_client() ? last_progress_ + limits.send : io::Clock::now() + limits.send;
  return asked_ ? idle_since_ + limits.keep_alive : started_ + limits.header;
}

void Http2::arm() {
  limit_.emplace(loop_, due() - io::Clock::now(), [this] { on_time(); });
}

void Http2::on_time() {
  if (due() <= io::Clock::now()) session_.time_out();
  if (!session_.ended()) arm();
  wake();
}

}  // namespace rozaneh::site
