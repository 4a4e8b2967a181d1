// A censor on the path: does to passing packets what its rules say.
#pragma once

#include <list>
#include <memory>
#include <queue>

#include "lab/censor/lookups.h"
#include "lab/censor/middlebox.h"
#include "lab/censor/prober.h"
#include "lab/censor/residuals.h"
#include "lab/censor/shaper.h"
#include "lab/censor/spec.h"
#include "lab/censor/watch.h"
#include "lab/flow/table.h"
#include "lab/packet/fragments.h"

namespace rozaneh::lab {

// Looks at IP packets, in Ethernet frames, of any number of flows; remembers at most FlowLimits' flows. While
// a rule looks for something in a flow, up to 128 KiB of it are kept, `most_held` bytes of all flows
// together: where they do not suffice, the flow that has been undecided longest is given up. At most 64 MiB
// of packets wait. What is no IP passes. A fragment passes, but the one that completes a packet is judged as
// that packet.
class Censor final : public Middlebox {
 public:
  struct Options {
    double scale = 1;  // all times of the rules are divided by this
    std::uint64_t seed = 0;
    FlowLimits flows{};
    std::size_t most_held = std::size_t{256} << 20U;
    Prober* prober = nullptr;                // outlives the censor; none: rules that probe never do anything
    std::uint16_t interceptor = 0;           // the port that interceptions are led to; 0: none is made
    std::vector<AddressRange> probers = {};  // addresses inside that are its own: they are let through
  };

  explicit Censor(CensorSpec spec) : Censor(std::move(spec), Options()) {}
  Censor(CensorSpec spec, Options options);

  void take(Side from, MutableBytes frame, Moment now, Outlet& out) override;
  [[nodiscard]] Moment wakes_at() const override;
  void wake(Moment now, Outlet& out) override;

  // The probes for a rule have succeeded against the server of this flow: what the rule does begins.
  void note_verdict(std::size_t rule, const FlowKey& flow, Moment now);

  [[nodiscard]] const CensorSpec& spec() const { return spec_; }
  // How many flows each rule has punished.
  [[nodiscard]] const std::vector<std::uint64_t>& hits() const { return hits_; }
  // Bytes kept of flows that a rule looks for something in, about.
  [[nodiscard]] std::size_t held() const { return held_; }

 private:
  // What is known of a flow about which a rule is still undecided.
  struct Mind {
    enum class State : std::uint8_t { undecided, seen, done };
    struct Rule {
      State state = State::undecided;
      bool punished = false;
      std::uint64_t packets_after = 0;
    };
    Watch watch;
    bool looks = true;  // a rule still looks for something that must be put together
    std::vector<Rule> rules;
    std::size_t held = 0;                  // bytes, as counted
    std::list<FlowKey>::iterator place{};  // among the undecided, while it looks
  };
  struct Memory {
    std::unique_ptr<Mind> mind;
    Side opened_by = Side::client;
    bool began = false, began_with_syn = false;
    bool drops_up = false, drops_down = false;
    bool intercepted = false;
    bool fin_up = false, fin_down = false, over = false;
    std::optional<std::uint32_t> next_up, next_down;  // sequence numbers, behind all that was let out
    std::uint64_t ordinal = 0;                        // among the connections to this endpoint
    std::uint64_t drawn = 0;                          // times that chance was asked
    Moment last_up{}, last_down{};                    // when the last one that waits leaves
    std::vector<std::size_t> hampered;                // by these rules
    std::vector<std::size_t> counted;                 // as open, by these rules
  };
  using Flows = FlowTable<Memory>;
  struct Passing;

  Flows::Seen find(const PacketView& packet, Moment now);
  void begin(Flows::Flow& flow, Side opened_by);
  void stop_looking(Mind& mind);
  void drop_mind(Memory& memory);
  void make_room(Mind& grown);
  [[nodiscard]] bool in_scope(std::size_t index, const Flows::Flow& flow) const;
  [[nodiscard]] bool is_on(const std::string& list, const Flows::Flow& flow) const;
  void lead_back(MutableBytes frame) const;
  static void lead_to(std::uint16_t port, Passing& passing);
  void judge(Passing& passing);
  bool is_due(std::size_t index, Passing& passing, Mind::Rule& state);
  void count_open(std::size_t index, Passing& passing);
  [[nodiscard]] bool is_reached(std::size_t index, const Passing& passing, const Mind::Rule& state) const;
  void act(std::size_t index, Passing& passing);
  void remember(std::size_t index, const FlowKey& flow, Moment now);
  void ask(std::size_t index, const Passing& passing);
  void note_lookup(const Passing& passing);
  void punish_for_earlier(Passing& passing);
  void inject(Passing& passing);
  void inject_one(const InjectedPacket& injected, Passing& passing);
  void inject_dns(const Action& action, Passing& passing);
  void hamper(std::size_t index, Passing& passing);
  void rewrite(const Rewrite& rewrite, Passing& passing);
  void let_out(Passing& passing);
  void note_sent(Passing& passing);
  bool hold(Moment at, Side to, Bytes frame);
  void note_end(Passing& passing);
  void forget(Memory& memory, const FlowKey& key);

  [[nodiscard]] bool wins(std::size_t index, double probability, const Flows::Flow& flow,
                          std::uint64_t purpose) const;
  [[nodiscard]] Moment scaled(Moment time) const;
  std::uint64_t next_ordinal(const Endpoint& server);

  struct Waiting {
    Moment at;
    std::uint64_t order;
    Side to;
    Buffer frame;
    bool operator>(const Waiting& other) const {
      return at != other.at ? at > other.at : order > other.order;
    }
  };
  struct Counted {
    std::size_t rule;
    IpAddress client;
    Endpoint server;
    auto operator<=>(const Counted&) const = default;
  };

  CensorSpec spec_;
  Options options_;
  bool keeps_streams_;
  bool keeps_lookups_;
  std::vector<std::uint64_t> hits_;
  std::list<FlowKey> undecided_;  // what is put together of them; since longest first
  std::size_t held_ = 0;
  Flows flows_;
  FragmentTable fragments_;
  Residuals residuals_;
  Residuals listed_;
  Lookups lookups_;
  Shaper shaper_;
  std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>> waiting_;
  std::uint64_t order_ = 0;
  std::size_t waiting_bytes_ = 0;
  std::map<Counted, unsigned> open_;
  std::map<Endpoint, std::uint64_t> ordinals_;
  std::map<std::pair<std::size_t, Endpoint>, std::uint64_t> seen_;  // connections, by rule
  std::uint64_t injected_ = 0;
};

}  // namespace rozaneh::lab
