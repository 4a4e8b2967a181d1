#include "front/front.h"

#include "io/deadline.h"
#include "io/error.h"
#include "io/relay.h"
#include "site/closing.h"

namespace rozaneh::front {
namespace {

using tls::ClientHelloReader;

// nginx hands to OpenSSL what begins like a record of TLS or a hello of SSLv2.
bool begins_as_tls(Bytes first) { return first[0] == 0x16 || (first[0] & 0x80U) != 0; }

Failure kind_of(ClientHelloReader::Answer answer) {
  return answer == ClientHelloReader::Answer::too_big ? Failure::hello_too_big : Failure::not_a_hello;
}

}  // namespace

Front::Front(const io::TlsServer& tls, const site::Site& site, const NamesInUse& names,
             const Upstreams& upstreams, Failures& failures, Counters& counters, Options options)
    : tls_(tls),
      site_(site),
      names_(names),
      upstreams_(upstreams),
      failures_(failures),
      counters_(counters),
      options_(std::move(options)) {}

io::Task<> Front::serve(io::Loop& loop, io::StreamPtr raw, Endpoint /*peer*/) {
  ++counters_.accepted;
  // What the opening needs is gone while bytes are carried: idle connections are many.
  const Ends ends = co_await open(loop, std::move(raw));
  if (!ends.upstream) co_return;
  ++counts_.relayed;
  const Opened open(counters_.open);
  const io::RelayOptions relay{.idle_limit = options_.idle_limit, .splices = options_.splices};
  const auto outcome = co_await io::relay(loop, *ends.inside, *ends.upstream, counters_, relay);
  if (!outcome) failures_.add(Failure::relay_cut, outcome.error().message());
}

io::Task<Front::Ends> Front::open(io::Loop& loop, io::StreamPtr raw) {
  Ends ends;
  const io::Clock::time_point accepted = io::Clock::now();
  Result<io::Chunk> begun;
  {
    const io::Deadline limit(loop, options_.handshake_limit, *raw);
    begun = co_await raw->read();
    if (limit.passed()) failures_.add(Failure::outer_tls, "nothing came in time");
  }
  if (!begun || begun->empty()) co_return ends;
  if (!begins_as_tls(begun->bytes())) {
    ++counts_.visitors;
    Buffer early(begun->bytes().begin(), begun->bytes().end());
    *begun = io::Chunk();
    const site::Arrival plain = arrival(site::Protocol::http1, accepted);
    co_await site_.serve_plain_on_tls_port(loop, std::move(raw), std::move(early), plain);
    co_return ends;
  }
  Outer outer = co_await shake_hands(loop, std::move(raw), std::move(*begun), accepted);
  if (!outer) co_return ends;
  if (outer->alpn() == "h2" || !relays_under(outer->server_name())) {
    const auto protocol = outer->alpn() == "h2" ? site::Protocol::http2 : site::Protocol::http1;
    co_await visit(loop, std::move(outer), Buffer(), arrival(protocol, accepted));
    co_return ends;
  }
  First first = co_await read_first(loop, std::move(outer), accepted);
  if (!first.stream) co_return ends;
  if (!first.upstream) {
    const site::Arrival how = arrival(site::Protocol::http1, accepted);
    co_await visit(loop, std::move(first.stream), std::move(first.bytes), how);
    co_return ends;
  }
  auto upstream = co_await upstreams_.open(loop, *first.upstream);
  if (!upstream) {
    ++counters_.failed;
    co_return ends;
  }
  const auto written = co_await (*upstream)->write(first.bytes);
  if (!written) co_return ends;
  counters_.up += first.bytes.size();
  ends.inside = std::move(first.stream);
  ends.upstream = std::move(*upstream);
  if (const auto& how = options_.first_answer)
    ends.upstream = std::make_unique<FirstAnswerStream>(loop, std::move(ends.upstream), *how);
  co_return ends;
}

// As with nginx, one time for the handshake and for what comes first inside.
io::Clock::duration Front::time_left(io::Clock::time_point accepted) const {
  return accepted + options_.handshake_limit - io::Clock::now();
}

io::Task<Front::Outer> Front::shake_hands(io::Loop& loop, io::StreamPtr raw, io::Chunk first,
                                          io::Clock::time_point accepted) {
  const io::Deadline limit(loop, time_left(accepted), *raw);
  auto outer = co_await tls_.accept(loop, std::move(raw), std::move(first));
  if (outer) co_return std::move(*outer);
  failures_.add(Failure::outer_tls, outer.error().message());
  co_return nullptr;
}

bool Front::relays_under(std::string_view outer_name) const {
  return options_.hidden_name.empty() || tls::normal_server_name(outer_name) == options_.hidden_name;
}

io::Task<Front::First> Front::read_first(io::Loop& loop, Outer outer, io::Clock::time_point accepted) {
  First first;
  {
    const auto chunk = co_await site::read_within(loop, *outer, time_left(accepted));
    if (!chunk || chunk->empty()) co_return first;
    first.bytes.assign(chunk->bytes().begin(), chunk->bytes().end());
  }
  io::TlsStream& carrier = *outer;  // stays where it is
  first.stream = std::move(outer);
  const auto handshake = static_cast<std::uint8_t>(tls::ContentType::handshake);
  if (first.bytes.front() == handshake) co_await read_hello(loop, first);
  if (first.upstream && options_.shape != nullptr) carrier.shape(*options_.shape);
  co_return first;
}

// A hello that does not go on in time is no end: the site answers then, as to anything else that is no
// request.
io::Task<bool> Front::gather_hello(io::AwaitedStream& outer, tls::ClientHelloReader& reader, Buffer& bytes) {
  const auto until = io::Clock::now() + options_.hello_limit;
  auto answer = reader.feed(bytes);
  while (answer == ClientHelloReader::Answer::more) {
    const bool ready = co_await outer.wait(until - io::Clock::now());
    if (!ready) {
      failures_.add(Failure::hello_too_slow);
      co_return false;
    }
    const auto chunk = co_await outer.read();
    if (!chunk || chunk->empty()) {
      failures_.add(Failure::not_a_hello);
      co_return false;
    }
    append(bytes, chunk->bytes());
    answer = reader.feed(chunk->bytes());
  }
  if (answer != ClientHelloReader::Answer::hello) failures_.add(kind_of(answer));
  co_return answer == ClientHelloReader::Answer::hello;
}

io::Task<> Front::read_hello(io::Loop& loop, First& first) {
  // On the heap for as long as it takes: it has room for a hello of 16 KB.
  const auto reader = std::make_unique<ClientHelloReader>();
  auto awaited = std::make_unique<io::AwaitedStream>(loop, std::move(first.stream));
  const bool is_hello = co_await gather_hello(*awaited, *reader, first.bytes);
  first.stream = awaited->release();
  if (!first.stream) first.stream = std::move(awaited);
  if (!is_hello) co_return;
  const auto& name = reader->hello().server_name;
  if (name) first.upstream = names_.current()->find(tls::normal_server_name(*name));
  if (!first.upstream) failures_.add(Failure::unlisted);
}

site::Arrival Front::arrival(site::Protocol protocol, io::Clock::time_point accepted) const {
  site::Arrival arrival;
  arrival.protocol = protocol;
  arrival.accepted = accepted;
  arrival.local.port = options_.port;
  return arrival;
}

io::Task<> Front::visit(io::Loop& loop, io::StreamPtr stream, Buffer early, site::Arrival how) {
  ++counts_.visitors;
  co_await site_.serve(loop, std::move(stream), std::move(early), how);
}

}  // namespace rozaneh::front
