#include "lab/probe/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "lab/recognise/http.h"
#include "lab/recognise/tls_packet.h"

namespace rozaneh::lab {
namespace {

using Finding = Verdict::Finding;

bool is_replay(const Reaction& reaction) { return reaction.probe.starts_with('R'); }

// An error page, also without a head as for HTTP/0.9, an alert of TLS ([15] 03 [00-04]), or SSH's greeting.
bool is_common_answer(const Reaction& reaction) {
  const Buffer& answer = reaction.answer;
  const bool alert = answer.size() >= 3 && answer[0] == 0x15 && answer[1] == 3 && answer[2] <= 4;
  const std::string_view text = text_of(answer);
  return alert || looks_like_http_response(answer) == Looks::yes || text.starts_with("SSH-") ||
         text.starts_with("<!DOCTYPE") || text.starts_with("<html");
}

// The shortest random probe that made it hang up, where all shorter ones did not and all longer ones did;
// 0: there is none.
std::size_t threshold_of(std::span<const Reaction> reactions) {
  std::vector<const Reaction*> random;
  for (const Reaction& each : reactions)
    if (!is_replay(each)) random.push_back(&each);
  std::ranges::sort(random, {}, &Reaction::sent);
  const auto first = std::ranges::find_if(random, [](const Reaction* each) { return each->hung_up(); });
  if (first == random.begin() || first == random.end()) return 0;
  const auto silent = [](const Reaction* each) {
    return each->answered == 0 && each->end == Reaction::End::timeout;
  };
  const bool clean = std::all_of(random.begin(), first, silent) &&
                     std::all_of(first, random.end(), [](const Reaction* each) { return each->hung_up(); });
  return clean ? (*first)->sent : 0;
}

Verdict judge_shadowsocks(std::span<const Reaction> reactions) {
  const auto any = [&reactions](const auto& test) { return std::ranges::any_of(reactions, test); };
  if (any(&is_common_answer)) return {Finding::innocent, "it answers as a web, TLS or SSH server does"};
  const auto answers = [](bool replay) {
    return [replay](const Reaction& each) { return is_replay(each) == replay && each.answered > 0; };
  };
  if (any(answers(true)) && !any(answers(false)))
    return {Finding::found, "it answers a replayed first packet, and random bytes never"};
  if (any(answers(false))) return {Finding::nothing, "it answers random bytes"};
  if (const std::size_t threshold = threshold_of(reactions); threshold > 0)
    return {
        Finding::found,
        fmt::format("it waits for more up to {} random bytes and hangs up from that length on", threshold)};
  const auto replays_end = any([](const Reaction& each) { return is_replay(each) && each.hung_up(); });
  const auto random_ends = any([](const Reaction& each) { return !is_replay(each) && each.hung_up(); });
  if (replays_end && !random_ends)
    return {Finding::found, "it hangs up on a replayed first packet, and on random bytes never"};
  if (!replays_end && !random_ends) return {Finding::nothing, "it is silent whatever is sent"};
  return {Finding::nothing, "it hangs up, but not by a rule that is known"};
}

Verdict judge_signal(std::span<const Reaction> reactions) {
  const auto confirmed = [&reactions](std::string_view name) {
    const auto found = std::ranges::find(reactions, name, &Reaction::probe);
    return found != reactions.end() && found->confirmed;
  };
  if (!confirmed("signal-name"))
    return {Finding::nothing, "no inner handshake is answered for Signal's name"};
  if (confirmed("other-name")) return {Finding::nothing, "inner handshakes are answered whatever the name"};
  return {Finding::found, "within TLS it answers a handshake for Signal's name and for no other"};
}

}  // namespace

std::string_view name_of(Finding finding) {
  switch (finding) {
    case Finding::nothing:
      return "nothing found";
    case Finding::innocent:
      return "innocent";
    case Finding::found:
      return "found";
  }
  return "";
}

Verdict judge(ProbeKind kind, std::span<const Reaction> reactions) {
  const bool reached =
      std::ranges::any_of(reactions, [](const Reaction& each) { return each.end != Reaction::End::refused; });
  if (!reached) return {Finding::nothing, "nobody listens there"};
  if (kind == ProbeKind::shadowsocks) return judge_shadowsocks(reactions);
  if (kind == ProbeKind::signal) return judge_signal(reactions);
  const bool confirmed = std::ranges::any_of(reactions, &Reaction::confirmed);
  if (!confirmed) return {Finding::nothing, fmt::format("it does not speak {}", name_of(kind))};
  const bool common = kind == ProbeKind::http || kind == ProbeKind::tls;
  return {common ? Finding::innocent : Finding::found, fmt::format("it speaks {}", name_of(kind))};
}

}  // namespace rozaneh::lab
