#include "pt/connectors.h"

#include <gtest/gtest.h>

#include "crypto/random.h"

namespace rozaneh::pt {
namespace {

enum class FakeError { refused };
std::string_view layer_of(FakeError /*error*/) { return "fake"; }
std::string_view describe(FakeError /*error*/) { return "refused"; }

class FakeConnector final : public transport::Connector {
 public:
  explicit FakeConnector(Arguments arguments) : arguments(std::move(arguments)) {}
  io::Task<Result<io::StreamPtr>> connect(io::Loop& /*loop*/, const Target& /*server*/,
                                          io::StreamPtr raw) override {
    co_return raw;
  }
  Arguments arguments;
};

class FakeTransport final : public transport::Transport {
 public:
  [[nodiscard]] std::string_view name() const override { return "fake"; }
  [[nodiscard]] bool proves_client() const override { return false; }
  [[nodiscard]] Result<std::unique_ptr<transport::Connector>> connector(
      const transport::Setup& setup) const override {
    if (setup.arguments.contains("bad")) return fail(FakeError::refused);
    return std::make_unique<FakeConnector>(setup.arguments);
  }
  [[nodiscard]] Result<std::unique_ptr<transport::Acceptor>> acceptor(
      const transport::Setup& /*setup*/) const override {
    return fail(FakeError::refused);
  }
};

struct PtConnectors : testing::Test {
  transport::Catalog catalog;
  std::vector<TransportOptions> defaults{{.transport = "fake", .options = {{"color", "red"}, {"size", "1"}}}};
  io::MemoryState state;
  crypto::SystemRandom random;
  Output output{-1, {}};
  Counters counters;
  FakeTransport transport;
  Connectors connectors{transport,
                        {.catalog = catalog,
                         .defaults = defaults,
                         .state = state,
                         .random = random,
                         .output = output,
                         .counters = counters}};

  std::shared_ptr<BridgeWay> get(const Arguments& arguments) {
    auto way = connectors.get(arguments, random);
    EXPECT_TRUE(way);
    return *way;
  }
};

TEST_F(PtConnectors, TheSameArgumentsHaveTheSameConnector) {
  const auto first = get({{"cert", "a"}});
  EXPECT_EQ(get({{"cert", "a"}}), first);
  EXPECT_NE(get({{"cert", "b"}}), first);
  EXPECT_EQ(connectors.kept(), 2U);
}

TEST_F(PtConnectors, TheCommandLinesArgumentsComeAfterTors) {
  const auto way = get({{"size", "2"}});
  const auto& arguments = dynamic_cast<FakeConnector&>(way->connector()).arguments;
  EXPECT_EQ(arguments.get("size"), "2");
  EXPECT_EQ(arguments.get("color"), "red");
}

TEST_F(PtConnectors, BadArgumentsFailAndAreNotKept) {
  EXPECT_FALSE(connectors.get({{"bad", ""}}, random));
  EXPECT_EQ(connectors.kept(), 0U);
}

TEST_F(PtConnectors, TheOneUsedLongestAgoMakesRoom) {
  const auto first = get({{"n", "0"}});
  const std::weak_ptr<BridgeWay> second = get({{"n", "1"}});
  for (std::size_t i = 2; i <= Connectors::kMostKept; ++i) {
    (void)get({{"n", "0"}});
    (void)get({{"n", std::to_string(i)}});
  }
  EXPECT_EQ(connectors.kept(), Connectors::kMostKept);
  EXPECT_TRUE(second.expired());
  EXPECT_EQ(get({{"n", "0"}}), first);
}

TEST_F(PtConnectors, ABridgeThatIsInUseOutlivesItsPlace) {
  const auto first = get({{"n", "0"}});
  for (std::size_t i = 1; i <= Connectors::kMostKept; ++i) (void)get({{"n", std::to_string(i)}});
  EXPECT_EQ(dynamic_cast<FakeConnector&>(first->connector()).arguments.get("n"), "0");
  EXPECT_NE(get({{"n", "0"}}), first);
}

TEST_F(PtConnectors, ABridgeTellsOfEachChangeOnce) {
  const auto way = get({});
  EXPECT_FALSE(way->changes_to(true)) << "that it works is no news at first";
  EXPECT_TRUE(way->changes_to(false));
  EXPECT_FALSE(way->changes_to(false));
  EXPECT_TRUE(way->changes_to(true));
}

}  // namespace
}  // namespace rozaneh::pt
