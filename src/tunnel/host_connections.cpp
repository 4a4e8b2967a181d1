// A host's connections: records in, records out.
#include "io/deadline.h"
#include "tunnel/host_parts.h"

namespace rozaneh::tunnel {
namespace {

// A peer that does not read gets no more time for our last words.
constexpr std::chrono::seconds kLastWords{5};

// So much goes in small blocks first: what a transport cuts off or freezes early (some freeze connections
// after 16 KB) shall have brought something, which a layer below that waits for the whole of a large record
// denies.
constexpr std::uint64_t kCautious = 32 * 1024;
constexpr std::size_t kLeastRecord = kRecordFrame + Session::kMinRoom;

// A record with less in it is an answer, not what a stream waits for.
constexpr std::size_t kSignOfLife = 64;

}  // namespace

io::Task<> Host::carry(ConnectionNumber connection, io::StreamPtr stream, Keys keys, Buffer behind,
                       LinkUse use) {
  const auto self = shared_from_this();
  const auto link = std::make_shared<Link>(loop_, connection, std::move(stream), std::move(keys), use);
  links_[connection] = link;
  loop_.spawn(write_all(self, link));
  co_await read_all(self, link, std::move(behind));
  link->ends = true;
  link->to_send.notify();
  const io::Deadline limit(loop_, kLastWords, *link->stream);
  while (link->writes) co_await link->written.wait();
  link->stream->abort();
  links_.erase(connection);
  session_.detach(connection, io::Clock::now());
  settle();
  if (owner_ != nullptr) owner_->lost(connection);
}

void Host::drop(ConnectionNumber connection) {
  const auto found = links_.find(connection);
  if (found != links_.end()) found->second->stream->abort();
}

// Whether there was a whole record at the front; adds its size to `taken`.
Result<bool> Host::take_one(Link& link, MutableBytes bytes, std::size_t& taken) {
  const auto record = link.opener.open(bytes);
  if (!record) return std::unexpected(record.error());
  if (!*record) return false;
  taken += (*record)->consumed;
  link.use.received += (*record)->consumed;
  const Time now = io::Clock::now();
  if ((*record)->plain.size() > kSignOfLife) link.heard = now;
  const auto received = session_.receive(link.number, (*record)->plain, now);
  if (!received) return std::unexpected(received.error());
  return true;
}

void Host::look_for_wear(Link& link) {
  if (link.worn || (!link.half_used() && !session_.retired(link.number))) return;
  link.worn = true;
  tell_soon([this, number = link.number] { owner_->worn(number); });
}

Result<> Host::take(Link& link, MutableBytes bytes) {
  while (!bytes.empty()) {
    std::size_t taken = 0;
    if (link.rest.empty()) {
      const auto whole = take_one(link, bytes, taken);
      if (!whole) return std::unexpected(whole.error());
      if (!*whole) link.rest.assign(bytes.begin(), bytes.end());
      bytes = *whole ? bytes.subspan(taken) : MutableBytes();
      continue;
    }
    const std::size_t more = std::min(link.opener.wanted() - link.rest.size(), bytes.size());
    append(link.rest, bytes.first(more));
    bytes = bytes.subspan(more);
    const auto whole = take_one(link, link.rest, taken);
    if (!whole) return std::unexpected(whole.error());
    if (*whole) link.rest = {};
  }
  return {};
}

io::Task<> Host::read_all(std::shared_ptr<Host> self, std::shared_ptr<Link> link, Buffer behind) {
  auto taken = self->take(*link, behind);
  behind = {};
  self->look_for_wear(*link);
  self->settle();
  while (taken && !self->session_.ended()) {
    const auto chunk = co_await link->stream->read();
    if (!chunk || chunk->empty()) break;
    taken = self->take(*link, chunk->bytes());
    self->look_for_wear(*link);
    self->settle();
  }
  if (!taken) self->loop_.log().debug("{}", taken.error().message());
}

std::optional<Time> Host::heard(ConnectionNumber connection) const {
  const auto found = links_.find(connection);
  if (found == links_.end()) return std::nullopt;
  return found->second->heard;
}

// How much of a block is to be filled: what the connection is to take now, cut to what suits its transport.
std::size_t Host::best_length(const Link& link, std::size_t most) const {
  if (link.use.sent < kCautious) return kLeastRecord;
  most = std::min(most, session_.allowance(link.number));
  return std::max(link.stream->fit().of(most), kLeastRecord);
}

std::size_t Host::fill(Link& link, MutableBytes block) {
  std::size_t size = 0;
  const Time now = io::Clock::now();
  while (block.size() - size >= kLeastRecord) {
    const MutableBytes rest = block.subspan(size);
    std::size_t room = std::min(link.room(), rest.size() - kRecordFrame);
    // No rest is left that is too small for another record.
    const std::size_t left = rest.size() - kRecordFrame - room;
    if (left > 0 && left < kLeastRecord && room > 2 * kLeastRecord) room -= kLeastRecord - left;
    if (link.at_end()) session_.retire(link.number);
    const std::size_t plain = session_.next_record(link.number, rest.subspan(kRecordHead, room), now,
                                                   {.at_least = link.use.padding.draw(loop_.random())});
    if (plain == 0) break;
    const std::size_t sealed = link.sealer.seal(rest, plain);
    size += sealed;
    link.use.sent += sealed;
    if (link.use.padding.records > 0) --link.use.padding.records;
  }
  look_for_wear(link);
  settle();
  return size;
}

io::Task<> Host::write_all(std::shared_ptr<Host> self, std::shared_ptr<Link> link) {
  while (true) {
    io::Chunk block = self->loop_.pool().borrow();
    const MutableBytes whole = block.whole_block();
    const std::size_t size = self->fill(*link, whole.first(self->best_length(*link, whole.size())));
    if (size > 0) {
      const auto written = co_await link->stream->write(whole.first(size));
      if (!written) break;
      continue;
    }
    block = {};
    if (link->ends || self->session_.ended()) break;
    co_await link->to_send.wait();
  }
  if (self->session_.ended()) {
    // So that the peer reads our CLOSE; then it ends the connection too.
    co_await link->stream->finish();
    const io::Deadline limit(self->loop_, kLastWords, *link->stream);
    while (!link->ends) co_await link->to_send.wait();
  } else {
    link->stream->abort();  // which the reader notices
  }
  link->writes = false;
  link->written.notify();
}

}  // namespace rozaneh::tunnel
