#include "egress/flow.h"

#include <deque>

#include "egress/open.h"
#include "io/error.h"
#include "io/event.h"
#include "io/run.h"

namespace rozaneh::egress {
namespace {

const Endpoint kAnyPort = *Endpoint::parse("127.0.0.1:0");
constexpr std::size_t kLargest = 1'452;

// What the client would have sent and got.
struct Inside {
  explicit Inside(io::Loop& loop) : changed(loop) {}
  std::deque<io::Datagram> out;
  std::vector<io::Datagram> back;
  bool ended = false;
  io::Event changed;

  void send(const Target& address, std::string_view text) {
    out.push_back({.address = address, .bytes = Buffer(text.begin(), text.end())});
    changed.notify();
  }
  void end() {
    ended = true;
    changed.notify();
  }
};

class FakeFlow final : public io::Datagrams {
 public:
  explicit FakeFlow(std::shared_ptr<Inside> inside) : inside_(std::move(inside)) {}

  io::Task<Result<io::Datagram>> receive() override {
    const auto inside = inside_;
    while (!inside->ended && inside->out.empty()) co_await inside->changed.wait();
    if (inside->ended) co_return fail(io::IoError::aborted);
    io::Datagram next = std::move(inside->out.front());
    inside->out.pop_front();
    co_return next;
  }
  bool send(const Target& address, Bytes bytes) override {
    if (bytes.size() > kLargest) return false;
    inside_->back.push_back({.address = address, .bytes = Buffer(bytes.begin(), bytes.end())});
    inside_->changed.notify();
    return true;
  }
  [[nodiscard]] bool ended() const override { return inside_->ended; }
  void abort() noexcept override { inside_->end(); }

 private:
  std::shared_ptr<Inside> inside_;
};

// Somebody out there.
struct Remote {
  Remote(io::Loop& loop, const Endpoint& at) : socket(*io::UdpSocket::open(loop, at)) {}
  io::UdpSocket socket;
  Endpoint flow;  // where the last one came from

  io::Task<std::string> receive() {
    Buffer room(2'000);
    for (;;) {
      const auto arrived = socket.receive(room);
      if (arrived) {
        flow = arrived->from;
        co_return std::string(text_of(Bytes(room).first(arrived->size)));
      }
      co_await socket.readable();
    }
  }
  void answer(const Endpoint& to, std::string_view text) { EXPECT_TRUE(socket.send(to, bytes_of(text))); }
};

struct FlowTest : testing::Test {
  io::TestLoop test;
  OpenEgress egress{{.allow_private = true}};
  Counters counters;
  std::shared_ptr<Inside> inside = std::make_shared<Inside>(test.loop);
  Remote remote{test.loop, kAnyPort};
  Target there{remote.socket.endpoint()};

  void run(io::Task<> task, Egress& by, const Target& only = Target()) {
    test.spawn(
        Flow::run(std::make_shared<Flow>(test.loop, std::make_unique<FakeFlow>(inside), by, counters, only)));
    test.spawn(std::move(task));
    test.run();
  }

  io::Task<std::string> came_back() {
    while (inside->back.empty()) co_await inside->changed.wait();
    const io::Datagram first = inside->back.front();
    inside->back.erase(inside->back.begin());
    from = first.address;
    co_return std::string(text_of(first.bytes));
  }
  Target from;
};

io::Task<> speak(FlowTest& test) {
  test.inside->send(test.there, "hello");
  const std::string asked = co_await test.remote.receive();
  EXPECT_EQ(asked, "hello");
  test.remote.answer(test.remote.flow, "hi");
  const std::string answer = co_await test.came_back();
  EXPECT_EQ(answer, "hi");
  EXPECT_EQ(test.from, test.there);
  EXPECT_EQ(test.counters.datagrams, 2U);
  EXPECT_EQ(test.counters.up, 5U);
  EXPECT_EQ(test.counters.down, 2U);
  test.inside->end();
}

TEST_F(FlowTest, CarriesDatagramsBothWays) { run(speak(*this), egress); }

io::Task<> speak_to_a_name(FlowTest& test) {
  const Target name("localhost", test.remote.socket.endpoint().port);
  test.inside->send(name, "one");
  test.inside->send(name, "two");
  const std::string first = co_await test.remote.receive();
  const std::string second = co_await test.remote.receive();
  EXPECT_EQ(first + second, "onetwo");
  test.remote.answer(test.remote.flow, "hi");
  co_await test.came_back();
  EXPECT_EQ(test.from, test.there);
  test.inside->end();
}

// Lets out what is of IPv4 alone, so that a name leads where the remote is.
class V4Only final : public Egress {
 public:
  [[nodiscard]] std::optional<Target> fixed() const override { return std::nullopt; }
  io::Task<Result<io::StreamPtr>> open(io::Loop& /*loop*/, const Target& /*target*/,
                                       const Origin& /*origin*/) override {
    co_return fail(EgressError::port);
  }
  [[nodiscard]] bool lets_out(const Endpoint& to) const override { return !to.address.is_v6(); }
};

TEST_F(FlowTest, ResolvesNamesToTheFirstAddressThatIsAllowed) {
  V4Only by;
  run(speak_to_a_name(*this), by);
}

io::Task<> receive_some(FlowTest& test, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) co_await test.remote.receive();
  test.inside->end();
}

io::Task<> be_spoken_to(FlowTest& test) {
  test.inside->send(test.there, "hello");
  co_await test.remote.receive();
  Remote stranger(test.test.loop, kAnyPort);
  stranger.answer({kAnyPort.address, test.remote.flow.port}, "from another port");
  while (test.counters.datagrams_dropped == 0) co_await test.test.loop.sleep(std::chrono::milliseconds(1));
  test.remote.answer(test.remote.flow, "hi");
  const std::string answer = co_await test.came_back();
  EXPECT_EQ(answer, "hi");
  // It may answer once something was sent to it.
  test.inside->send(stranger.socket.endpoint(), "you too");
  co_await stranger.receive();
  stranger.answer(stranger.flow, "thanks");
  const std::string thanks = co_await test.came_back();
  EXPECT_EQ(thanks, "thanks");
  test.inside->end();
}

TEST_F(FlowTest, TakesNothingFromWhomNothingWasSentTo) { run(be_spoken_to(*this), egress); }

io::Task<> answer_at_length(FlowTest& test) {
  test.inside->send(test.there, "hello");
  co_await test.remote.receive();
  test.remote.answer(test.remote.flow, std::string(kLargest + 1, 'x'));
  test.remote.answer(test.remote.flow, std::string(kLargest, 'y'));
  const std::string answer = co_await test.came_back();
  EXPECT_EQ(answer, std::string(kLargest, 'y'));
  EXPECT_EQ(test.counters.datagrams_dropped, 1U);
  test.inside->end();
}

TEST_F(FlowTest, DropsWhatIsTooLongAndCountsIt) { run(answer_at_length(*this), egress); }

io::Task<> send_where_it_may_not(FlowTest& test, std::vector<Target> targets) {
  for (const Target& target : targets) test.inside->send(target, "x");
  while (test.counters.datagrams_dropped < targets.size())
    co_await test.test.loop.sleep(std::chrono::milliseconds(1));
  EXPECT_EQ(test.counters.datagrams, 0U);
  test.inside->end();
}

TEST_F(FlowTest, SendsNothingToPrivateNetworksAndRefusedPorts) {
  OpenEgress strict({});
  run(send_where_it_may_not(*this, {there, Target("localhost", there.port), *Target::parse("10.0.0.1:53"),
                                    *Target::parse("[::1]:53"), *Target::parse("8.8.8.8:25")}),
      strict);
}

TEST_F(FlowTest, SendsNowhereElseWhereItIsForOneAlone) {
  run(send_where_it_may_not(*this, {there}), egress, *Target::parse("192.0.2.1:53"));
}

TEST_F(FlowTest, AsksForFewNamesAtOnce) {
  V4Only by;
  for (const char* name : {"localhost", "LOCALHOST", "Localhost", "lOcalhost", "loCalhost", "locAlhost"})
    inside->send(Target(name, there.port), name);
  run(receive_some(*this, Flow::kMostQuestions), by);
  EXPECT_EQ(counters.datagrams_dropped, 6 - Flow::kMostQuestions);
}

TEST_F(FlowTest, EndsWhenNothingIsPassedOnForLong) {
  inside->send(there, "x");
  test.spawn(Flow::run(std::make_shared<Flow>(test.loop, std::make_unique<FakeFlow>(inside), egress, counters,
                                              Target(), std::chrono::milliseconds(20))));
  test.run();
  EXPECT_TRUE(inside->ended);
  EXPECT_EQ(counters.datagrams, 1U);
}

}  // namespace
}  // namespace rozaneh::egress
