#include "transport/obfs4/acceptor.h"

#include <nlohmann/json.hpp>

#include "crypto/hash.h"
#include "io/deadline.h"
#include "io/drive.h"
#include "transport/obfs4/error.h"
#include "transport/obfs4/handshake.h"
#include "transport/obfs4/key_pool.h"
#include "transport/obfs4/stream.h"
#include "transport/replay_filter.h"
#include "transport/setup_error.h"
#include "transport/stranger.h"

namespace rozaneh::obfs4 {
namespace {

constexpr const char* kStateRecord = "obfs4_state.json";
constexpr const char* kBridgeLineRecord = "obfs4_bridgeline.txt";
constexpr const char* kReplayRecord = "obfs4_replay";

Arguments arguments_of(const ServerIdentity& identity) {
  return {{"cert", identity.id.cert()}, {"iat-mode", std::to_string(static_cast<int>(identity.iat_mode))}};
}

class ObfsAcceptor final : public transport::Acceptor {
 public:
  ObfsAcceptor(ServerIdentity identity, WeightedTable::Weights weights,
               std::unique_ptr<transport::KeptReplayFilter> replays, const transport::Setup& setup)
      : identity_(std::move(identity)),
        shape_(std::make_shared<const Shape>(identity_.shape_seed, weights)),
        replays_(std::move(replays)),
        log_(setup.log),
        hello_limit_(setup.hello_limit) {}

  io::Task<Result<transport::Accepted>> accept(io::Loop& loop, io::StreamPtr raw) override {
    const io::Deadline close(loop, transport::stranger_time(hello_limit_, loop.random()), *raw);
    auto stream = co_await shake_hands(loop, raw);
    if (!stream && !close.passed()) co_await transport::discard(*raw);
    co_return stream;
  }

  [[nodiscard]] Arguments client_arguments() const override { return arguments_of(identity_); }

 private:
  // Takes `raw` only on success.
  io::Task<Result<io::StreamPtr>> shake_hands(io::Loop& loop, io::StreamPtr& raw) {
    std::unique_ptr<FrameCodec> codec;
    ServerHandshake handshake(
        identity_, keys_.take(loop), epoch_hour(std::chrono::system_clock::now()), loop.random(),
        [this](Bytes mac) { return is_replay(mac); },
        [this, &codec, &loop](const Secret<2 * kFrameKeySize>& keys) {
          codec = std::make_unique<FrameCodec>(keys.bytes().last<kFrameKeySize>(),
                                               keys.bytes().first<kFrameKeySize>(), shape_,
                                               identity_.iat_mode, loop.random(), nullptr);
          return codec->seed_frame();
        });
    const io::Deadline limit(loop, hello_limit_, [&handshake] { handshake.expire(); });
    const auto received = co_await io::drive(*raw, handshake);
    if (!received) co_return std::unexpected(received.error());
    co_return make_stream(loop, std::move(raw), std::move(codec), *received);
  }

  bool is_replay(Bytes mac) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const bool was_kept = !replays_->unkept();
    const bool seen = replays_->seen(mac, now);
    if (was_kept && replays_->unkept())
      log_.warn(
          "obfs4: the replay filter cannot be kept: a restart will forget the hellos of the last hours");
    return seen;
  }

  ServerIdentity identity_;
  ShapePtr shape_;
  std::unique_ptr<transport::KeptReplayFilter> replays_;
  Log& log_;
  std::chrono::seconds hello_limit_;
  KeyPool keys_;
};

// The identity as arguments give it, all of it or none.
Result<std::optional<ServerIdentity>> identity_from(const Arguments& arguments) {
  unsigned given = 0;
  const char* missing = nullptr;
  nlohmann::json object;
  for (const char* name : {"node-id", "private-key", "drbg-seed"}) {
    const auto value = arguments.get(name);
    if (value) object[name] = std::string(*value);
    if (value) ++given;
    if (!value) missing = name;
  }
  if (given == 0) return std::nullopt;
  if (missing != nullptr)
    return transport::wrong_argument("obfs4", fmt::format("missing argument '{}'", missing));
  auto identity = ServerIdentity::from_json(object.dump());
  if (!identity) return std::unexpected(identity.error());
  return *identity;
}

Result<ServerIdentity> load_identity(const transport::Setup& setup) {
  auto given = identity_from(setup.arguments);
  if (!given) return std::unexpected(given.error());
  if (*given) return **given;
  const auto record = setup.state.read(kStateRecord);
  if (!record) return std::unexpected(record.error());
  if (!*record) return ServerIdentity::generate(setup.random);
  auto identity = ServerIdentity::from_json(text_of(**record));
  if (!identity)
    return fail(transport::SetupError::state,
                fmt::format("{}: {}", kStateRecord, identity.error().message()));
  return identity;
}

std::string bridge_line_file(const ServerIdentity& identity) {
  const Arguments arguments = arguments_of(identity);
  return fmt::format(
      "# The bridge line for clients of this server. It is written at every start; changes here have no "
      "effect.\n"
      "# Replace <IP ADDRESS> and <PORT> by the public address of the obfs4 port, and <FINGERPRINT> by the\n"
      "# bridge's fingerprint, or leave that word out.\n\n"
      "Bridge obfs4 <IP ADDRESS>:<PORT> <FINGERPRINT> cert={} iat-mode={}\n",
      *arguments.get("cert"), *arguments.get("iat-mode"));
}

}  // namespace

Result<std::unique_ptr<transport::Acceptor>> make_acceptor(const transport::Setup& setup) {
  auto identity = load_identity(setup);
  if (!identity) return std::unexpected(identity.error());
  if (const auto text = setup.arguments.get("iat-mode")) {
    const auto mode = parse_iat_mode(*text);
    if (!mode) return std::unexpected(mode.error());
    identity->iat_mode = *mode;
  }
  auto written = setup.state.write(kStateRecord, bytes_of(identity->to_json()));
  if (written) written = setup.state.write(kBridgeLineRecord, bytes_of(bridge_line_file(*identity)));
  if (!written) return std::unexpected(written.error());

  const auto digest = crypto::sha256(bytes_of("rozaneh replay filter"), identity->private_key.bytes());
  const Secret<16> filter_key(Bytes(digest).first<16>());
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  auto replays = transport::KeptReplayFilter::open(filter_key, setup.state, kReplayRecord, now);
  if (!replays) return std::unexpected(replays.error());
  return std::make_unique<ObfsAcceptor>(std::move(*identity), weights_from(setup.arguments),
                                        std::move(*replays), setup);
}

}  // namespace rozaneh::obfs4
