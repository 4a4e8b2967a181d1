#include "lab/report/ladder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lab/report/figures.h"
#include "lab/report/ladder_words.h"

namespace rozaneh::lab {
namespace {

using Kind = LadderStep::Kind;
using Steps = std::vector<LadderStep>;

class Telling {
 public:
  explicit Telling(const CensorRule& rule) : rule_(rule), action_(rule.action), scene_(scene_of(rule)) {}

  Steps tell() {
    note(scope_text(rule_.scope));
    count();
    approach();
    trigger();
    if (rule_.probability < 1)
      note(fmt::format("and in {:g} % of the connections:", rule_.probability * 100));
    wait();
    strike();
    aftermath();
    return std::move(steps_);
  }

 private:
  void add(Kind kind, bool up, std::string text, bool sees = false) {
    steps_.push_back({.kind = kind, .up = up, .sees = sees, .text = std::move(text)});
  }
  void note(std::string text) {
    if (!text.empty()) add(Kind::note, true, std::move(text));
  }

  // It strikes some time after it has seen what it looks for.
  [[nodiscard]] bool waits() const {
    const Threshold& once = rule_.threshold;
    return once.age > Moment() || once.bytes_down > 0 || once.packets_after > 0 || !action_.probes.empty();
  }
  [[nodiscard]] bool drops(bool up) const { return up ? action_.drop_up : action_.drop_down; }
  [[nodiscard]] static bool concerns(Way way, bool up) { return way != (up ? Way::down : Way::up); }

  void count() {
    if (rule_.threshold.simultaneous > 1)
      note(fmt::format("{} such connections of one client to one endpoint are open already",
                       rule_.threshold.simultaneous - 1));
    if (rule_.threshold.connections > 1)
      note(fmt::format("there were {} such connections to one endpoint, of all clients",
                       rule_.threshold.connections - 1));
  }

  void approach() {
    if (scene_.opens) add(Kind::opens, true, "TCP connection");
    for (const std::string_view packet : scene_.before) {
      if (packet.empty()) continue;
      const bool down = packet.starts_with('<');
      add(Kind::passes, !down, std::string(packet.substr(down ? 1 : 0)));
    }
  }

  void trigger() {
    if (scene_.found.empty() && action_.hampers()) return;  // there is no packet to wait for
    const bool stopped = !waits() && drops(scene_.up) && !action_.lets_pass;
    add(stopped ? Kind::dropped : Kind::passes, scene_.up, std::string(scene_.packet), true);
    note(sight_text(scene_, rule_.sight));
  }

  void wait() {
    const Threshold& once = rule_.threshold;
    if (once.bytes_down > 0 || once.packets_after > 0 || once.age > Moment())
      add(Kind::passes, false, "data");
    if (once.bytes_down > 0) note(fmt::format("until the server has sent {} bytes", once.bytes_down));
    if (once.packets_after > 0) note(fmt::format("until {} more packets have passed", once.packets_after));
    if (once.age > Moment()) note("until the connection is " + seconds_of(once.age) + " old");
    if (action_.probes.empty()) return;
    add(Kind::injected, true, action_.probes + " probes");
    note(fmt::format("once the server has answered them as {} does:", action_.probes));
  }

  void inject(End to) {
    std::vector<std::string> packets;
    for (const InjectedPacket& each : action_.inject)
      if (each.to == to) packets.push_back(packet_text(each));
    if (!packets.empty()) add(Kind::injected, to == End::server, fmt::format("{}", fmt::join(packets, ", ")));
  }

  static std::string packet_text(const InjectedPacket& packet) {
    std::string text = flags_text(packet.flags);
    if (packet.count > 1) text += fmt::format(" ×{}", packet.count);
    if (!packet.payload.empty()) text += " with data";
    return text;
  }

  void strike() {
    if (!action_.dns_answer.empty()) add(Kind::injected, false, "answer: " + action_.dns_answer);
    inject(End::client);
    inject(End::server);
    hamper();
    for (const Rewrite& each : action_.rewrite) rewrite(each);
    if (action_.lists)
      note(fmt::format("for {} on the {} list: {}", seconds_of(action_.lists->lasts), action_.lists->on,
                       tuple_text(action_.lists->tuple)));
    if (action_.only_packet) return;
    if (action_.drop_up) add(Kind::dropped, true, "all that follows");
    if (action_.drop_down) add(Kind::dropped, false, "all that follows");
  }

  // What gets through all the same, but not as it should.
  void hamper() {
    for (const bool up : {true, false})
      if (action_.throttle || (action_.delay && concerns(action_.delay->way, up)) ||
          (action_.lose && concerns(action_.lose->way, up)))
        add(Kind::slowed, up, "all data");
    if (action_.throttle) {
      constexpr std::array<std::string_view, 3> kShares = {"for each connection", "for each client",
                                                           "for all together"};
      note(fmt::format("lets through {} {}",
                       rate_text(static_cast<double>(action_.throttle->bytes_per_second)),
                       kShares.at(static_cast<std::size_t>(action_.throttle->share))));
    }
    if (action_.delay) {
      const Delay& delay = *action_.delay;
      note(fmt::format("holds packets back for {}{}", seconds_of(delay.time),
                       delay.jitter > Moment() ? " to " + seconds_of(delay.time + delay.jitter) : ""));
    }
    if (action_.lose) note(fmt::format("loses {:g} % of the packets", action_.lose->probability * 100));
  }

  void rewrite(const Rewrite& rewrite) {
    const std::string packets = rewrite.flags != 0 ? flags_text(rewrite.flags) : "each packet";
    if (rewrite.becomes == 0) {
      note(rewrite.window ? fmt::format("sets the window in {} to {}", packets, *rewrite.window)
                          : fmt::format("puts other bytes into {}", packets));
      return;
    }
    for (const bool up : {true, false}) {
      if (!concerns(rewrite.way, up)) continue;
      add(Kind::dropped, up, packets);
      add(Kind::injected, up, flags_text(rewrite.becomes) + " instead");
    }
  }

  void aftermath() {
    if (!action_.residual) return;
    const Residual& residual = *action_.residual;
    std::string text =
        fmt::format("for {}{}: {}", seconds_of(residual.lasts),
                    residual.restarts ? ", longer while it goes on" : "", tuple_text(residual.tuple));
    if (residual.probability < 1) text += fmt::format(", in {:g} %", residual.probability * 100);
    note(std::move(text));
    if (residual.tuple == Residual::Tuple::flow) return;
    const bool stopped = drops(true);
    add(stopped ? Kind::dropped : Kind::passes, true, stopped ? "next connection" : "its next data");
    if (!stopped && drops(false)) add(Kind::dropped, false, "all answers");
    inject(End::client);
    inject(End::server);
  }

  const CensorRule& rule_;
  const Action& action_;
  Scene scene_;
  Steps steps_;
};

}  // namespace

std::vector<LadderStep> ladder_of(const CensorRule& rule) { return Telling(rule).tell(); }

std::string sentence_of(const LadderStep& step) {
  const std::string_view way = step.up ? "client → server" : "server → client";
  switch (step.kind) {
    case Kind::opens:
      return fmt::format("client ↔ server: {}", step.text);
    case Kind::passes:
      return fmt::format("{}: {}", way, step.text);
    case Kind::dropped:
      return fmt::format("{}: {}, dropped by the censor", way, step.text);
    case Kind::injected:
      return fmt::format("censor → {}: {}", step.up ? "server" : "client", step.text);
    case Kind::slowed:
      return fmt::format("{}: {}, hampered by the censor", way, step.text);
    case Kind::note:
      break;
  }
  return step.text;
}

}  // namespace rozaneh::lab
