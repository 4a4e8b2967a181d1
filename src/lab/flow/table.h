// What a middlebox remembers of flows: bounded in number and in time.
#pragma once

#include <array>
#include <functional>
#include <list>
#include <unordered_map>
#include <vector>

#include "lab/flow/key.h"
#include "lab/packet/moment.h"

namespace rozaneh::lab {

inline constexpr std::size_t kMaxFlows = 1'000'000;

struct FlowLimits {
  std::size_t flows = 65536;                      // at least 1, at most kMaxFlows
  Moment tcp_idle = std::chrono::seconds(480);    // Russia's boxes (Xue 2022); Linux keeps five days
  Moment other_idle = std::chrono::seconds(120);  // Linux's net.netfilter.nf_conntrack_udp_timeout_stream
};

// Why a flow is no longer remembered.
enum class FlowEnd { idle, pushed_out, removed };

// A flow costs about 200 bytes and its State. Finding one takes constant time. Not copyable; flows stay where
// they are until they end. `now` never goes backwards.
template <class State>
class FlowTable {
 public:
  struct Flow {
    FlowKey key;
    Moment since{};
    Moment last{};
    State state{};
  };
  struct Seen {
    Flow& flow;
    Direction direction;
    bool is_new;
  };
  using OnEnd = std::function<void(Flow&, FlowEnd)>;

  // `on_end` hears of every flow before it goes, but not of those that the table's own end takes along.
  explicit FlowTable(FlowLimits limits = {}, std::uint64_t seed = 0, OnEnd on_end = {})
      : limits_(limits), on_end_(std::move(on_end)), index_(0, FlowHash{seed}) {
    limits_.flows = std::clamp<std::size_t>(limits_.flows, 1, kMaxFlows);
  }
  FlowTable(const FlowTable&) = delete;
  FlowTable& operator=(const FlowTable&) = delete;

  // The flow of this packet, from either side, seen now; made if there is none. A new one in a full table
  // pushes out the one that was idle longest.
  Seen see(const PacketView& packet, Moment now) {
    const FlowKey key = first_key(packet);
    if (const auto found = index_.find(key); found != index_.end()) {
      List& list = list_of(key);
      Flow& flow = *found->second;
      if (now - flow.last < idle_of(key)) {
        list.splice(list.end(), list, found->second);
        flow.last = now;
        return {flow, direction_of(packet, flow.key), false};
      }
      end(found->second, FlowEnd::idle);
    }
    if (index_.size() >= limits_.flows) end(oldest(), FlowEnd::pushed_out);
    List& list = list_of(key);
    list.push_back({.key = key, .since = now, .last = now});
    index_.emplace(key, std::prev(list.end()));
    return {list.back(), direction_of(packet, key), true};
  }

  // Borrowed until the flow ends.
  [[nodiscard]] Flow* find(const FlowKey& key) {
    const auto found = index_.find(key);
    return found == index_.end() ? nullptr : &*found->second;
  }

  void remove(const FlowKey& key) {
    if (const auto found = index_.find(key); found != index_.end()) end(found->second, FlowEnd::removed);
  }

  // Ends all flows whose time is over; answers how many.
  std::size_t expire(Moment now) {
    std::size_t count = 0;
    for (List& list : lists_) {
      for (; !list.empty() && now - list.front().last >= idle_of(list.front().key); ++count)
        end(list.begin(), FlowEnd::idle);
    }
    return count;
  }

  [[nodiscard]] std::size_t size() const { return index_.size(); }

  // Every flow, of each kind the one idle longest first. `visit` must not end flows.
  template <class Visit>
  void for_each(const Visit& visit) {
    for (List& list : lists_)
      for (Flow& flow : list) visit(flow);
  }

 private:
  using List = std::list<Flow>;
  using Place = typename List::iterator;

  List& list_of(const FlowKey& key) { return lists_[key.protocol == kTcp ? 0 : 1]; }
  [[nodiscard]] Moment idle_of(const FlowKey& key) const {
    return key.protocol == kTcp ? limits_.tcp_idle : limits_.other_idle;
  }
  Place oldest() {
    const bool second =
        lists_[0].empty() || (!lists_[1].empty() && lists_[1].front().last < lists_[0].front().last);
    return lists_[second ? 1 : 0].begin();
  }
  void end(Place place, FlowEnd why) {
    if (on_end_) on_end_(*place, why);
    const FlowKey key = place->key;
    index_.erase(key);
    list_of(key).erase(place);
  }

  FlowLimits limits_;
  OnEnd on_end_;
  std::array<List, 2> lists_;  // TCP, others; idle longest first
  std::unordered_map<FlowKey, Place, FlowHash, SameFlow> index_;
};

}  // namespace rozaneh::lab
