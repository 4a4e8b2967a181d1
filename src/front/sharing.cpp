#include "front/sharing.h"

#include "io/dial.h"
#include "io/error.h"
#include "io/prefixed_stream.h"
#include "io/relay.h"
#include "wire/tls/client_hello_reader.h"

namespace rozaneh::front {
namespace {

using tls::ClientHelloReader;

// Adds what comes next; false where nothing does.
io::Task<bool> read_more(io::Stream& stream, Buffer& bytes) {
  const auto chunk = co_await stream.read();
  if (!chunk || chunk->empty()) co_return false;
  append(bytes, chunk->bytes());
  co_return true;
}

// Where the connection went is not asked of the system: the family and the port are what receivers look at.
Endpoint any_address(bool v6, std::uint16_t port) {
  return {v6 ? IpAddress(std::array<std::uint8_t, 16>{}) : IpAddress(), port};
}

bool fits(std::string_view pattern, std::string_view name) {
  if (!pattern.starts_with("*.")) return name == pattern;
  return name.size() > pattern.size() - 1 && name.ends_with(pattern.substr(1));
}

}  // namespace

std::optional<Neighbour> Neighbour::parse(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == std::string_view::npos) return std::nullopt;
  Neighbour neighbour;
  neighbour.name = tls::normal_server_name(text.substr(0, equals));
  text.remove_prefix(equals + 1);
  const std::size_t comma = std::min(text.find(','), text.size());
  const auto server = Endpoint::parse(text.substr(0, comma));
  if (!server || server->port == 0) return std::nullopt;
  neighbour.server = *server;
  const std::string_view header = text.substr(comma);
  if (header == ",proxy-v1") neighbour.header = ProxyVersion::v1;
  if (header == ",proxy-v2") neighbour.header = ProxyVersion::v2;
  if (!header.empty() && !neighbour.header) return std::nullopt;
  return neighbour;
}

io::Task<> Sharing::serve(io::Loop& loop, io::StreamPtr stream, Endpoint peer) {
  Begun begun{std::move(stream), {}, {peer, any_address(peer.address.is_v6(), options_.port)}, nullptr};
  begun.limit = std::make_unique<io::Deadline>(loop, options_.hello_limit, *begun.stream);
  if (!options_.takes_proxy_header) {
    co_await route(loop, std::move(begun));
    co_return;
  }
  const bool known = co_await read_header(begun);
  if (!known) co_return;
  const auto place = limits_.admit(begun.ends.source.address);
  if (place) co_await route(loop, std::move(begun));
}

io::Task<> Sharing::route(io::Loop& loop, Begun begun) {
  const Neighbour* neighbour = nullptr;
  if (!options_.neighbours.empty()) neighbour = co_await read_hello(begun);
  if (begun.limit->passed()) co_return;
  begun.limit.reset();
  if (neighbour != nullptr) {
    co_await lead(loop, std::move(begun), *neighbour);
    co_return;
  }
  auto whole = io::with_prefix(loop, std::move(begun.stream), begun.bytes);
  begun.bytes = Buffer();
  co_await front_.serve(loop, std::move(whole), begun.ends.source);
}

io::Task<bool> Sharing::read_header(Begun& begun) const {
  for (;;) {
    const auto found = parse_proxy_header(begun.bytes);
    if (!found) {
      failures_.add(Failure::proxy_header, found.error().message());
      co_return false;
    }
    if (*found) {
      if ((*found)->peer) begun.ends = *(*found)->peer;
      begun.bytes.erase(begun.bytes.begin(),
                        begun.bytes.begin() + static_cast<std::ptrdiff_t>((*found)->size));
      co_return true;
    }
    const bool more = co_await read_more(*begun.stream, begun.bytes);
    if (!more) co_return false;
  }
}

// Stops at the first byte that shows that it is none: what then happens is for the front to say.
io::Task<const Neighbour*> Sharing::read_hello(Begun& begun) const {
  // On the heap for as long as it takes: it has room for a hello of 16 KB.
  const auto reader = std::make_unique<ClientHelloReader>();
  auto answer = reader->feed(begun.bytes);
  while (answer == ClientHelloReader::Answer::more) {
    const std::size_t before = begun.bytes.size();
    const bool more = co_await read_more(*begun.stream, begun.bytes);
    if (!more) co_return nullptr;
    answer = reader->feed(Bytes(begun.bytes).subspan(before));
  }
  const bool named = answer == ClientHelloReader::Answer::hello && reader->hello().server_name.has_value();
  co_return named ? find(tls::normal_server_name(*reader->hello().server_name)) : nullptr;
}

const Neighbour* Sharing::find(std::string_view name) const {
  for (const Neighbour& neighbour : options_.neighbours)
    if (fits(neighbour.name, name)) return &neighbour;
  return nullptr;
}

io::Task<> Sharing::lead(io::Loop& loop, Begun begun, const Neighbour& neighbour) {
  io::TcpDialer dialer(loop, {.time_limit = options_.connect_limit, .source_v4 = {}, .source_v6 = {}});
  auto server = co_await dialer.connect(neighbour.server);
  if (!server) {
    failures_.add(Failure::neighbour, neighbour.name + ": " + server.error().message());
    co_return;
  }
  Buffer first;
  if (neighbour.header) first = serialize_proxy_header(*neighbour.header, begun.ends);
  append(first, begun.bytes);
  begun.bytes = Buffer();
  const auto written = co_await (*server)->write(first);
  if (!written) co_return;
  const io::RelayOptions options{.idle_limit = options_.idle_limit, .splices = options_.splices};
  const auto outcome = co_await io::relay(loop, *begun.stream, **server, counters_, options);
  if (!outcome && !outcome.error().is(io::IoError::reset))
    failures_.add(Failure::relay_cut, outcome.error().message());
}

}  // namespace rozaneh::front
