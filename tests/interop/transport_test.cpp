// Our transports against obfs4proxy's, each as client and as server.
//
//     echo  <-  obfs4proxy server  <=====  our connector          our client
//     echo  <-  our acceptor       <=====  obfs4proxy client  <-  SOCKS5       its client
#include <gtest/gtest.h>

#include <fstream>

#include "crypto/random.h"
#include "interop/echo.h"
#include "interop/obfs4proxy.h"
#include "io/dial.h"
#include "io/run.h"
#include "transport/catalog.h"
#include "transport/dialer.h"

namespace rozaneh::interop {
namespace {

// Around the sizes of records, frames and buffers.
constexpr std::size_t kSizes[] = {1,    2,    1404, 1405,  1426,  1427,  1428,   1447,
                                  1448, 1449, 4096, 65535, 65536, 65537, 100000, 1 << 20};

const Endpoint kLoopback = *Endpoint::parse("127.0.0.1:0");
const Buffer kGreeting = numbered(77);

struct Case {
  std::string name;
  std::string transport;
  Arguments server_options{};
  std::size_t largest = 1 << 20;
  bool one_connection = false;
};

struct InteropTest : testing::TestWithParam<Case> {
  void SetUp() override {
    if (!Obfs4proxy::installed()) GTEST_SKIP() << "obfs4proxy is not installed";
  }

  [[nodiscard]] const transport::Transport& ours() const {
    return *transport::find(catalog, GetParam().transport);
  }
  std::unique_ptr<transport::Connector> connector(const Arguments& arguments) {
    auto made = ours().connector({.arguments = arguments, .state = state, .random = random, .log = test.log});
    EXPECT_TRUE(made) << made.error().message();
    return std::move(*made);
  }
  std::unique_ptr<transport::Acceptor> acceptor() {
    auto made = ours().acceptor(
        {.arguments = GetParam().server_options, .state = state, .random = random, .log = test.log});
    EXPECT_TRUE(made) << made.error().message();
    return std::move(*made);
  }

  [[nodiscard]] static std::vector<std::size_t> sizes() {
    std::vector<std::size_t> some;
    std::ranges::copy_if(kSizes, std::back_inserter(some),
                         [](auto size) { return size <= GetParam().largest; });
    return some;
  }

  // A connection for each size, or one for all of them.
  [[nodiscard]] static std::size_t connections() { return GetParam().one_connection ? 1 : sizes().size(); }

  io::Task<> use(io::Dialer& dialer, Endpoint server, Bytes greeting) {
    Result<io::StreamPtr> stream = nullptr;
    for (const std::size_t size : sizes()) {
      // The server has one connection at a time.
      if (!GetParam().one_connection) stream = nullptr;
      if (!*stream) stream = co_await dialer.dial(server);
      EXPECT_TRUE(stream) << stream.error().message();
      if (!stream) co_return;
      const Buffer bytes = numbered(size);
      co_await check_echo(test.loop, **stream, bytes, greeting);
    }
  }

  void our_client(const Buffer& greeting) {
    io::Listener listener = std::move(*io::Listener::open(test.loop, kLoopback));
    const auto server = Obfs4proxy::server(
        GetParam().transport, {.forward_to = listener.endpoint(), .options = GetParam().server_options});
    const auto mine = connector(server.arguments());
    io::TcpDialer tcp(test.loop);
    transport::TransportDialer dialer(test.loop, tcp, *mine);
    test.spawn(serve_echo(test.loop, listener, nullptr, connections(), greeting));
    test.spawn(use(dialer, server.endpoint(), greeting));
    test.run();
  }

  void its_client(const Buffer& greeting) {
    io::Listener listener = std::move(*io::Listener::open(test.loop, kLoopback));
    const auto mine = acceptor();
    const auto client = Obfs4proxy::client(GetParam().transport);
    test.spawn(serve_echo(test.loop, listener, mine.get(), connections(), greeting));
    SocksDialer dialer(test.loop, client.endpoint(), mine->client_arguments());
    test.spawn(use(dialer, listener.endpoint(), greeting));
    test.run();
  }

  transport::Catalog catalog = transport::catalog();
  io::MemoryState state;
  crypto::SystemRandom random;
  io::TestLoop test;
};

using OurClient = InteropTest;
using OurGreetedClient = InteropTest;
using ItsClient = InteropTest;
using ItsGreetedClient = InteropTest;

TEST_P(OurClient, IsEchoedByItsServer) { our_client({}); }
TEST_P(OurGreetedClient, HearsItsServerFirst) { our_client(kGreeting); }
TEST_P(ItsClient, IsEchoedByOurServer) { its_client({}); }
TEST_P(ItsGreetedClient, HearsOurServerFirst) { its_client(kGreeting); }

const auto kName = [](const testing::TestParamInfo<Case>& info) { return info.param.name; };

const Case kObfs2{.name = "obfs2", .transport = "obfs2"};
const Case kObfs3{.name = "obfs3", .transport = "obfs3"};
const Case kObfs4{.name = "obfs4", .transport = "obfs4"};
// A megabyte takes these seconds.
const Case kPaced{
    .name = "obfs4_iat1", .transport = "obfs4", .server_options = {{"iat-mode", "1"}}, .largest = 65537};
// obfs4proxy ends in a panic in this mode where the table that it makes of the seed holds a 0, which one seed
// in thirty gives. This seed's does not. Its client begins with a table of its own making, and is tested end
// to end, where it can be started again.
const Case kParanoid{
    .name = "obfs4_iat2",
    .transport = "obfs4",
    .server_options = {{"iat-mode", "2"},
                       {"node-id", "000102030405060708090a0b0c0d0e0f10111213"},
                       {"private-key", "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"},
                       {"drbg-seed", "404142434445464748494a4b4c4d4e4f5051525354555657"}},
    .largest = 65537};
// obfs4proxy has only the client. It uses tickets from the second connection on.
const Case kScrambleSuit{.name = "scramblesuit", .transport = "scramblesuit"};

INSTANTIATE_TEST_SUITE_P(Obfs4proxy, OurClient, testing::Values(kObfs2, kObfs3, kObfs4, kPaced, kParanoid),
                         kName);
INSTANTIATE_TEST_SUITE_P(Obfs4proxy, OurGreetedClient, testing::Values(kObfs2, kObfs3, kObfs4), kName);
INSTANTIATE_TEST_SUITE_P(Obfs4proxy, ItsClient,
                         testing::Values(kObfs2, kObfs3, kObfs4, kPaced, kScrambleSuit), kName);
// Not obfs4 and ScrambleSuit: obfs4proxy's clients leave what came in one read with the server's hello lying
// until more comes.
INSTANTIATE_TEST_SUITE_P(Obfs4proxy, ItsGreetedClient, testing::Values(kObfs2, kObfs3), kName);

// Both programs keep tickets in the same file, in the same form.
struct ItsTickets : InteropTest {
  static constexpr const char* kFile = "scramblesuit_tickets.json";

  io::Task<> visit(io::Dialer& dialer, Endpoint bridge) {
    auto stream = co_await dialer.dial(bridge);
    EXPECT_TRUE(stream) << stream.error().message();
    if (stream) co_await check_echo(test.loop, **stream, kGreeting);
  }
  [[nodiscard]] std::size_t tickets_used() {
    const auto used = state.read("scramblesuit_used_tickets");
    return used && *used ? (*used)->size() / 12 : 0;
  }

  io::Listener listener = std::move(*io::Listener::open(test.loop, kLoopback));
  std::unique_ptr<transport::Acceptor> server = acceptor();
};

TEST_P(ItsTickets, AreTakenByOurServer) {
  const auto client = Obfs4proxy::client(GetParam().transport);
  test.spawn(serve_echo(test.loop, listener, server.get(), sizes().size()));
  SocksDialer dialer(test.loop, client.endpoint(), server->client_arguments());
  test.spawn(use(dialer, listener.endpoint(), {}));
  test.run();
  EXPECT_EQ(tickets_used(), sizes().size() - 1) << "the first connection has no ticket yet";
}

TEST_P(ItsTickets, ServeOurClientToo) {
  const auto client = Obfs4proxy::client(GetParam().transport);
  test.spawn(serve_echo(test.loop, listener, server.get(), 1));
  SocksDialer proxy(test.loop, client.endpoint(), server->client_arguments());
  test.spawn(visit(proxy, listener.endpoint()));
  test.run();
  std::ifstream file(client.state() / kFile);
  const std::string tickets{std::istreambuf_iterator<char>(file), {}};
  ASSERT_TRUE(state.write(kFile, bytes_of(tickets)));

  const auto mine = connector(server->client_arguments());
  io::TcpDialer tcp(test.loop);
  transport::TransportDialer dialer(test.loop, tcp, *mine);
  test.spawn(serve_echo(test.loop, listener, server.get(), 1));
  test.spawn(visit(dialer, listener.endpoint()));
  test.loop.executor().context().restart();
  test.run();
  EXPECT_EQ(tickets_used(), 1U);
}

TEST_P(ItsTickets, MayBeOurs) {
  const auto mine = connector(server->client_arguments());
  io::TcpDialer tcp(test.loop);
  transport::TransportDialer dialer(test.loop, tcp, *mine);
  test.spawn(serve_echo(test.loop, listener, server.get(), 1));
  test.spawn(visit(dialer, listener.endpoint()));
  test.run();
  const auto tickets = state.read(kFile);
  ASSERT_TRUE(tickets && *tickets);

  const auto client = Obfs4proxy::client(GetParam().transport, {{kFile, std::string(text_of(**tickets))}});
  test.spawn(serve_echo(test.loop, listener, server.get(), 1));
  SocksDialer proxy(test.loop, client.endpoint(), server->client_arguments());
  test.spawn(visit(proxy, listener.endpoint()));
  test.loop.executor().context().restart();
  test.run();
  EXPECT_EQ(tickets_used(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Obfs4proxy, ItsTickets, testing::Values(kScrambleSuit), kName);

}  // namespace
}  // namespace rozaneh::interop
