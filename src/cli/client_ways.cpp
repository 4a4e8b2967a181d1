#include "cli/client_ways.h"

#include "crypto/random.h"
#include "io/error.h"
#include "proxy/way_database.h"

namespace rozaneh::cli {
namespace {

constexpr std::chrono::seconds kMeasured{1};
constexpr std::chrono::minutes kKept{1};  // how often what was measured is written down

proxy::Seconds unix_time() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

std::unique_ptr<proxy::WayStore> open_store(const CommonSettings& settings, Console& console) {
  crypto::SystemRandom random;
  if (!settings.no_state)
    return proxy::open_way_store(state_directory(settings) / "client_memory.sqlite", random, console);
  Secret<32> key;
  random.fill(key.bytes());
  return std::make_unique<proxy::NoWayStore>(key);
}

}  // namespace

std::filesystem::path status_socket(const std::filesystem::path& state_directory) {
  return state_directory / "client_status";
}

ClientWays::ClientWays(const CommonSettings& settings, const Counters& counters, Console& console)
    : counters_(counters),
      console_(console),
      report_(console),
      socket_(settings.no_state ? std::filesystem::path() : status_socket(state_directory(settings))),
      store_(open_store(settings, console)),
      memory_(*store_, &unix_time) {
  memory_.on_network(io::current_network().identity());
}

void ClientWays::begin(const proxy::Ways::List& list, proxy::RawDialer raw, const tunnel::Policy& policy) {
  ways_ = std::make_unique<proxy::Ways>(list, std::move(raw), memory_, report_, policy);
}

void ClientWays::steer(io::Loop& loop) {
  loop_ = &loop;
  watch_ = std::make_unique<io::NetworkWatch>(
      loop, [this](const io::Network& network, bool changed) { on_network(network, changed); });
  loop.spawn(measure(loop));
  if (!socket_.empty()) answer_status(loop);
}

void ClientWays::end() {
  watch_.reset();
  answers_.reset();
}

void ClientWays::on_network(const io::Network& network, bool changed) {
  memory_.on_network(network.identity());
  if (!changed) return;
  ++network_changes_;
  report_.network_changed();
  goodput_.begin_anew();
  ways_->network_changed();
  loop_->spawn(look_again(*loop_));
}

io::Task<> ClientWays::look_again(io::Loop& loop) {
  co_await ways_->racer().find(loop, "the network has changed");
}

io::Task<> ClientWays::find_better(io::Loop& loop) {
  co_await ways_->racer().find_other(loop, "what is in use has become slow");
}

io::Task<> ClientWays::measure(io::Loop& loop) {
  auto kept = io::Clock::now();
  for (;;) {
    co_await loop.sleep(kMeasured);
    const auto now = io::Clock::now();
    proxy::CandidatePtr current = ways_->racer().current();
    if (current != measured_) {
      goodput_.begin_anew();
      measured_ = std::move(current);
    }
    const bool poor = goodput_.carried(now, counters_.up, counters_.down, counters_.open);
    const bool news = measured_ && goodput_.best() > 0;
    if (news && (poor || now - kept >= kKept)) {
      memory_.carried(*measured_, poor ? goodput_.now() : goodput_.best());
      kept = now;
    }
    if (poor && measured_) loop.spawn(find_better(loop));
  }
}

nlohmann::json ClientWays::status() {
  nlohmann::json ways = nlohmann::json::array();
  const auto current = ways_->racer().current();
  for (const auto& candidate : ways_->racer().candidates()) {
    const proxy::Experience known = memory_.experience(*candidate);
    const bool in_use = candidate == current;
    nlohmann::json way = {{"way", candidate->label()},
                          {"transport", candidate->transport()},
                          {"in_use", in_use},
                          {"goodput", in_use ? std::max(goodput_.best(), known.goodput) : known.goodput}};
    if (known.last_success > 0) way["last_success"] = known.last_success;
    if (known.last_failure > 0) way["last_failure"] = known.last_failure;
    if (known.first_byte.count() > 0) way["ms"] = known.first_byte.count();
    ways.push_back(std::move(way));
  }
  return {{"ways", std::move(ways)},
          {"goodput_now", goodput_.now()},
          {"network_changes", network_changes_},
          {"open", counters_.open.load()},
          {"up", counters_.up.load()},
          {"down", counters_.down.load()},
          {"flows", counters_.flows.load()},
          {"datagrams", counters_.datagrams.load()},
          {"datagrams_dropped", counters_.datagrams_dropped.load()}};
}

void ClientWays::answer_status(io::Loop& loop) {
  auto answers = io::LocalAnswers::open(loop, socket_, [this] { return status().dump() + "\n"; });
  if (answers) {
    answers_ = std::move(*answers);
    return;
  }
  const bool another = answers.error().is(io::IoError::address_in_use);
  console_.warn("`rozaneh status` cannot ask this client: {}",
                another ? "another client uses the same state directory" : answers.error().message());
}

}  // namespace rozaneh::cli
