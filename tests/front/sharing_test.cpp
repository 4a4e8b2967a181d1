// Who is led where, over memory on the client's side and loopback on the neighbour's.
#include "front/sharing.h"

#include "io/listener.h"
#include "io/memory_stream.h"
#include "io/run.h"
#include "wire/tls/messages.h"

namespace rozaneh::front {
namespace {

using io::Task;

Buffer hello_for(std::string_view name, std::size_t record = tls::kMaxPlaintext) {
  const Buffer extension = tls::extension_of(0, tls::server_name_body(name));
  const Buffer message = tls::message_of(tls::HandshakeType::client_hello, tls::client_hello_body(extension));
  return tls::records_of(message, record);
}

Task<> gather(io::Stream& stream, Buffer& into) {
  for (;;) {
    const auto chunk = co_await stream.read();
    if (!chunk || chunk->empty()) break;
    append(into, chunk->bytes());
  }
  (void)co_await stream.finish();
}

// The front behind: keeps what it is given.
struct OwnFront final : io::Handler {
  Task<> serve(io::Loop& /*loop*/, io::StreamPtr stream, Endpoint peer) override {
    ++served;
    from = peer;
    co_await gather(*stream, got);
  }
  int served = 0;
  Endpoint from;
  Buffer got;
};

struct Setting {
  io::TestLoop test;
  OwnFront own;
  io::ConnectionLimits limits{{.total = 0, .per_address = 1}};
  Failures failures{test.log};
  Counters counters;
  io::Listener listener = *io::Listener::open(test.loop, *Endpoint::parse("127.0.0.1:0"));
  Buffer at_neighbour;
  bool neighbour_met = false;

  // The neighbour has all names below example.org, and the one that is given.
  Sharing make(Sharing::Options options, std::optional<ProxyVersion> header = std::nullopt) {
    options.neighbours = {{"old.example.net", listener.endpoint(), header},
                          {"*.example.org", listener.endpoint(), header}};
    return {own, limits, failures, counters, std::move(options)};
  }

  Task<> meet_one() {
    auto accepted = co_await listener.accept();
    if (!accepted) co_return;
    neighbour_met = true;
    co_await gather(*accepted->stream, at_neighbour);
  }

  Task<> serve(Sharing& sharing, io::StreamPtr stream) {
    co_await sharing.serve(test.loop, std::move(stream), *Endpoint::parse("192.0.2.1:40000"));
    listener.close();
  }

  Task<> say(io::Stream& stream, Buffer words) {
    (void)co_await stream.write(words);
    (void)co_await stream.finish();
    const auto end = co_await stream.read();
    EXPECT_TRUE(!end || end->empty());
  }

  // One connection of which `words` are all that comes, a byte a read.
  void run(Sharing& sharing, const Buffer& words) {
    auto [client, server] = io::memory_streams(test.loop, {.read_limit = 1});
    test.spawn(meet_one());
    test.spawn(serve(sharing, std::move(server)));
    test.spawn(say(*client, words));
    test.run();
  }
};

TEST(Sharing, LeadsTheNamesOfNeighboursToThem) {
  for (const std::string_view name :
       {"old.example.net", "OLD.example.net.", "a.example.org", "a.b.example.org"}) {
    Setting setting;
    Sharing sharing = setting.make({});
    const Buffer words = concat(hello_for(name, 40), bytes_of("and more"));
    setting.run(sharing, words);
    EXPECT_EQ(setting.at_neighbour, words) << name;
    EXPECT_EQ(setting.own.served, 0) << name;
  }
}

TEST(Sharing, GivesTheFrontAllElseAsItCame) {
  for (const Buffer& words :
       {hello_for("example.org"), hello_for("xexample.org"), hello_for("other.example.net"),
        concat(bytes_of("GET / HTTP/1.1\r\n\r\n")), concat(bytes_of("\x16\x03\x01\x00")), Buffer()}) {
    Setting setting;
    Sharing sharing = setting.make({});
    setting.run(sharing, words);
    EXPECT_FALSE(setting.neighbour_met);
    EXPECT_EQ(setting.own.served, 1);
    EXPECT_EQ(setting.own.got, words);
  }
}

TEST(Sharing, TellsNeighboursWhoConnected) {
  for (const ProxyVersion version : {ProxyVersion::v1, ProxyVersion::v2}) {
    Setting setting;
    Sharing sharing = setting.make({}, version);
    setting.run(sharing, hello_for("a.example.org"));
    const auto header = parse_proxy_header(setting.at_neighbour);
    ASSERT_TRUE(header && *header && (*header)->peer);
    EXPECT_EQ((*header)->peer->source, Endpoint::parse("192.0.2.1:40000"));
    EXPECT_EQ((*header)->peer->destination.port, 443);
    EXPECT_EQ(Buffer(setting.at_neighbour.begin() + static_cast<std::ptrdiff_t>((*header)->size),
                     setting.at_neighbour.end()),
              hello_for("a.example.org"));
  }
}

TEST(Sharing, TakesTheAddressFromTheHeader) {
  Setting setting;
  Sharing sharing = setting.make({.neighbours = {}, .takes_proxy_header = true});
  const Buffer header = serialize_proxy_header(
      ProxyVersion::v2, ProxiedPeer{*Endpoint::parse("203.0.113.7:5"), *Endpoint::parse("198.51.100.1:443")});
  setting.run(sharing, concat(header, hello_for("other.example.net")));
  EXPECT_EQ(setting.own.from, Endpoint::parse("203.0.113.7:5"));
  EXPECT_EQ(setting.own.got, hello_for("other.example.net"));
}

TEST(Sharing, ClosesConnectionsWithoutTheHeaderThatTheyMustHave) {
  Setting setting;
  Sharing sharing = setting.make({.neighbours = {}, .takes_proxy_header = true});
  setting.run(sharing, hello_for("other.example.net"));
  EXPECT_EQ(setting.own.served, 0);
  EXPECT_EQ(setting.failures.count(Failure::proxy_header), 1U);
}

TEST(Sharing, LimitsByTheAddressInTheHeader) {
  Setting setting;
  Sharing sharing = setting.make({.neighbours = {}, .takes_proxy_header = true});
  const Endpoint from = *Endpoint::parse("203.0.113.7:5");
  const auto held = setting.limits.admit(from.address);
  setting.run(sharing,
              concat(serialize_proxy_header(ProxyVersion::v1, ProxiedPeer{from, from}), bytes_of("GET")));
  EXPECT_EQ(setting.own.served, 0);
}

TEST(Sharing, EndsTheConnectionWhereTheNeighbourIsDown) {
  Setting setting;
  Sharing sharing = setting.make({});
  setting.listener.close();
  setting.run(sharing, hello_for("a.example.org"));
  EXPECT_EQ(setting.failures.count(Failure::neighbour), 1U);
  EXPECT_EQ(setting.own.served, 0);
}

TEST(Neighbour, IsReadFromTheCommandLine) {
  const auto plain = Neighbour::parse("Example.org.=127.0.0.1:8443");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->name, "example.org");
  EXPECT_EQ(plain->server, Endpoint::parse("127.0.0.1:8443"));
  EXPECT_FALSE(plain->header);
  EXPECT_EQ(Neighbour::parse("*.a=[::1]:1,proxy-v1")->header, ProxyVersion::v1);
  EXPECT_EQ(Neighbour::parse("*.a=[::1]:1,proxy-v2")->header, ProxyVersion::v2);
  for (const std::string_view text : {"", "a", "=127.0.0.1:1", "a=", "a=b", "a=127.0.0.1", "a=127.0.0.1:0",
                                      "a=127.0.0.1:1,", "a=127.0.0.1:1,proxy"})
    EXPECT_FALSE(Neighbour::parse(text)) << text;
}

}  // namespace
}  // namespace rozaneh::front
