#include "transport/obfs4/connector.h"

#include "io/deadline.h"
#include "io/drive.h"
#include "transport/obfs4/error.h"
#include "transport/obfs4/stream.h"
#include "transport/setup_error.h"

namespace rozaneh::obfs4 {
namespace {

constexpr std::chrono::seconds kHandshakeLimit{60};

struct Configuration {
  BridgeId bridge;
  IatMode mode;
  PaddingSource padding;
  WeightedTable::Weights weights;
};

class ObfsConnector final : public transport::Connector {
 public:
  ObfsConnector(Configuration configuration, Random& random)
      : configuration_(std::move(configuration)), shape_(random_shape(random, configuration_.weights)) {}

  io::Task<Result<io::StreamPtr>> connect(io::Loop& loop, const Target& /*server*/,
                                          io::StreamPtr raw) override {
    ClientHandshake handshake(configuration_.bridge, keys_.take(loop),
                              epoch_hour(std::chrono::system_clock::now()),
                              configuration_.padding(loop.random()));
    const io::Deadline limit(loop, kHandshakeLimit, *raw);
    const auto received = co_await io::drive(*raw, handshake);
    if (limit.passed()) co_return fail(Obfs4Error::late, "no answer from the server");
    if (!received) co_return std::unexpected(received.error());
    const auto keys = handshake.frame_keys().bytes();
    auto codec = std::make_unique<FrameCodec>(keys.first<kFrameKeySize>(), keys.last<kFrameKeySize>(),
                                              current_shape(), configuration_.mode, loop.random(), &adopt_);
    co_return make_stream(loop, std::move(raw), std::move(codec), *received);
  }

 private:
  static ShapePtr random_shape(Random& random, WeightedTable::Weights weights) {
    Seed seed{};
    random.fill(seed);
    return std::make_shared<const Shape>(seed, weights);
  }

  ShapePtr current_shape() {
    const std::scoped_lock lock(mutex_);
    return shape_;
  }

  // All connections to one bridge get the same seed: the table is made once.
  ShapePtr shape_of(const Seed& seed) {
    const std::scoped_lock lock(mutex_);
    if (shape_->seed() != seed) shape_ = std::make_shared<const Shape>(seed, configuration_.weights);
    return shape_;
  }

  Configuration configuration_;
  KeyPool keys_;
  std::mutex mutex_;
  ShapePtr shape_;
  ShapeSource adopt_ = [this](const Seed& seed) { return shape_of(seed); };
};

}  // namespace

Result<std::unique_ptr<transport::Connector>> make_connector(const transport::Setup& setup) {
  const auto bridge = BridgeId::from_arguments(setup.arguments);
  if (!bridge) return std::unexpected(bridge.error());
  const auto mode_text = setup.arguments.get("iat-mode");
  if (!mode_text) return transport::wrong_argument("obfs4", "missing argument 'iat-mode'");
  const auto mode = parse_iat_mode(*mode_text);
  if (!mode) return std::unexpected(mode.error());
  const auto cover = parse_cover(setup.arguments.get("cover").value_or("none"));
  if (!cover) return std::unexpected(cover.error());
  const auto policy = setup.arguments.get("cover-policy").value_or("");
  return std::make_unique<ObfsConnector>(Configuration{.bridge = *bridge,
                                                       .mode = *mode,
                                                       .padding = padding_source(*cover, *bridge, policy),
                                                       .weights = weights_from(setup.arguments)},
                                         setup.random);
}

}  // namespace rozaneh::obfs4
