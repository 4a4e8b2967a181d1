// Takes packets, one after the other as they went by, and tells what each flow was.
#pragma once

#include <list>
#include <memory>
#include <variant>

#include "lab/flow/report.h"
#include "lab/flow/table.h"
#include "lab/flow/tcp_sight.h"
#include "lab/flow/udp_sight.h"
#include "lab/packet/fragments.h"

namespace rozaneh::lab {

// Holds no packets, only what TcpSight, UdpSight and FragmentTable keep: of all flows together `most_held`
// bytes, about. Where they do not suffice, the flow that has been looked at longest is judged by what it has
// shown so far. Not copyable.
class Classifier {
 public:
  static constexpr std::size_t kMostHeld = std::size_t{512} << 20U;

  explicit Classifier(FlowLimits limits = {}, std::size_t most_held = kMostHeld);

  // `packet` begins with the IP header. What is no IP packet is passed over. A time before the last is taken
  // for the last, as captures of several interfaces are not in order.
  void add(Bytes packet, Moment when);

  // The flows that ended so far, then all others: in the order of their first packets. Nothing is known
  // afterwards.
  std::vector<FlowReport> finish();

  [[nodiscard]] std::size_t held() const { return held_; }

 private:
  struct State {
    FlowReport report;
    std::variant<std::monostate, std::unique_ptr<TcpSight>, std::unique_ptr<UdpSight>> sight;
    std::uint32_t isn = 0;  // the client's
    bool has_syn = false;
    bool is_over = false;  // a RST, or a FIN, was seen
    std::uint64_t order = 0;
    std::size_t held = 0;  // bytes, as counted
    bool is_looked_at = false;
    std::list<FlowKey>::iterator place{};  // while it is
  };
  using Table = FlowTable<State>;

  void add_whole(const PacketView& packet, Moment now);
  void begin_anew(const PacketView& packet);
  void look(const PacketView& packet, Table::Seen& seen);
  void look_at_tcp(const PacketView& packet, State& state, Direction direction);
  void make_room(State& grown);
  void judge(State& state);
  void end(Table::Flow& flow);

  std::size_t most_held_;
  std::size_t held_ = 0;
  std::list<FlowKey> looked_at_;  // since longest first
  FragmentTable fragments_;
  Moment now_{};
  std::uint64_t flows_ = 0;
  std::vector<std::pair<std::uint64_t, FlowReport>> ended_;
  Table table_;
};

}  // namespace rozaneh::lab
