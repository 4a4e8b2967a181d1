#include "lab/recognise/bursts.h"

#include <algorithm>
#include <cmath>

namespace rozaneh::lab {
namespace {

constexpr std::size_t kMostFirstPackets = 3;
constexpr unsigned kMostPackets = 26;
constexpr std::uint32_t kRecordOverhead = 24;

// Whether one of the records that begin in this packet is a ChangeCipherSpec.
bool changes_cipher(Bytes payload) {
  while (payload.size() >= 6 && payload[0] >= 0x14 && payload[0] <= 0x17 && payload[1] == 3) {
    const std::size_t length = payload[3] * std::size_t{256} + payload[4];
    if (payload[0] == 0x14 && length == 1) return true;
    payload = payload.subspan(std::min(payload.size(), 5 + length));
  }
  return false;
}

}  // namespace

const std::array<HandshakeModel, 3> kHandshakeModels = {{
    {.name = "chrome",
     .mean = {1850.43045387994, 4903.07735480722, 785.25280624695, 1051.22303562714},
     .inverse_covariance =
         {{{6.72374390966642e-06, -2.32109583941723e-08, 6.67140014394388e-08, 1.2526322628285e-08},
           {-2.32109583941723e-08, 5.64668947932086e-07, 4.58963631972597e-08, 6.41254684791958e-09},
           {6.67140014394388e-08, 4.58963631972597e-08, 6.04057768431344e-07, -9.1507432597718e-10},
           {1.2526322628285e-08, 6.41254684791958e-09, -9.1507432597718e-10, 1.01184796635481e-07}}},
     .bound = 3.0,
     .least_first = 0},
    {.name = "tls1.3",
     .mean = {640.657378447541, 4649.30338356554, 448.408302530566, 1094.2013079329},
     .inverse_covariance =
         {{{3.08030337925007e-05, 1.16179172096944e-07, 1.05356744968627e-07, 3.8862884355278e-08},
           {1.16179172096944e-07, 6.93179117519316e-07, 2.77413220880937e-08, -3.63723200682445e-09},
           {1.05356744968627e-07, 2.77413220880937e-08, 1.0260950589675e-06, -1.08769813590053e-08},
           {3.88628843552779e-08, -3.63723200682445e-09, -1.08769813590053e-08, 8.63307792288604e-08}}},
     .bound = 3.0,
     .least_first = 517},
    {.name = "tls1.2",
     .mean = {212.883690341977, 4514.71195039459, 107.770762871101, 307.580232995115},
     .inverse_covariance =
         {{{0.000292421113167604, 4.43677617831228e-07, -5.69966093492813e-05, -2.18124698406311e-06},
           {4.43677617831228e-07, 5.98954952745268e-07, -3.59798436724817e-07, 5.71638172955893e-07},
           {-5.69966093492813e-05, -3.59798436724817e-07, 0.00076893788148309, 2.22278496185964e-05},
           {-2.18124698406311e-06, 5.71638172955893e-07, 2.22278496185964e-05, 5.72770077086287e-05}}},
     .bound = 3.5,
     .least_first = 0},
}};

double distance(const BurstSizes& bursts, const HandshakeModel& model) {
  double sum = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 4; ++j)
      sum += (bursts[i] - model.mean[i]) * model.inverse_covariance[i][j] * (bursts[j] - model.mean[j]);
  }
  return std::sqrt(std::max(0.0, sum));
}

bool is_inner_handshake(const BurstSizes& bursts, std::size_t first_packets) {
  if (first_packets > kMostFirstPackets) return false;
  return std::ranges::any_of(kHandshakeModels, [&](const HandshakeModel& model) {
    return bursts[0] >= model.least_first && distance(bursts, model) < model.bound;
  });
}

bool InnerHandshakeObserver::passes_gate(Direction direction, Bytes payload) {
  if (around_ == Around::anything) return true;
  bool& changed = direction == Direction::up ? up_changed_ : down_changed_;
  if (up_changed_ && changed) return true;
  changed = changed || changes_cipher(payload);
  return false;
}

// A stage is odd while the client speaks.
bool InnerHandshakeObserver::grow(std::size_t which, Direction direction, std::uint32_t size) {
  Set& set = sets_[which];
  const bool up = direction == Direction::up;
  if (set.stage == 0)
    set.stage = 1;
  else if (up == (set.stage % 2 == 0))
    ++set.stage;
  bool found = false;
  if (set.stage == 5) {
    found = is_inner_handshake(set.bytes, set.packets[0]);
    set = {.stage = 1};
  }
  const auto burst = static_cast<std::size_t>(set.stage - 1);
  set.bytes[burst] += size;
  ++set.packets[burst];
  return found;
}

Looks InnerHandshakeObserver::add(Direction direction, Bytes payload) {
  if (looks_ != Looks::more || payload.empty() || !passes_gate(direction, payload)) return looks_;
  const std::uint32_t overhead = around_ == Around::tls ? kRecordOverhead : 0;
  const bool server_first = sets_[0].stage == 0 && direction == Direction::down;
  if (payload.size() < overhead || server_first || packets_++ >= kMostPackets) return looks_ = Looks::no;
  const auto size = static_cast<std::uint32_t>(payload.size()) - overhead;
  // The second set begins with the client's second burst.
  const bool second_runs = sets_[1].stage > 0;
  bool found = grow(0, direction, size);
  if (second_runs || sets_[0].stage == 3) found = grow(1, direction, size) || found;
  if (found) looks_ = Looks::yes;
  return looks_;
}

}  // namespace rozaneh::lab
