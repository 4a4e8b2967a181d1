#include "cli/doctor/service.h"

#include <fmt/chrono.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace rozaneh::doctor {
namespace {

constexpr std::chrono::days kFewDays{7};
constexpr std::uint32_t kOthers = 077;

std::string text_of(const std::vector<IpAddress>& addresses) {
  std::vector<std::string> texts;
  texts.reserve(addresses.size());
  for (const IpAddress& each : addresses) texts.push_back(each.to_string());
  return fmt::format("{}", fmt::join(texts, ", "));
}

Finding check_taken(const PortFacts& facts, const std::string& at) {
  if (facts.ours && facts.reachable.value_or(true))
    return {"port", Severity::fine, fmt::format("{} is served by {}", at, facts.owner), ""};
  if (facts.ours)
    return {"port", Severity::error,
            fmt::format("{} is {}'s, and does not answer on this machine", at, facts.owner),
            "look at the firewall (nft list ruleset) and at the service's log"};
  return {"port", Severity::error,
          fmt::format("{} is taken by {}", at,
                      facts.owner.empty() ? "a program that is not known to this user" : facts.owner),
          fmt::format("end that, or say another port; `ss -ltnp sport = :{}` as root shows whose it is",
                      facts.at.port)};
}

}  // namespace

Finding check_port(const PortFacts& facts) {
  const std::string at = facts.at.to_string();
  switch (facts.state) {
    case PortFacts::State::taken:
      return check_taken(facts, at);
    case PortFacts::State::forbidden:
      return {"port", Severity::warning, fmt::format("this user may not listen on {}", at),
              "start it by its unit, which may, or as root; or say a port above 1023"};
    case PortFacts::State::elsewhere:
      return {"port", Severity::error,
              fmt::format("{} is no address of this machine", facts.at.address.to_string()),
              "leave the address out (:PORT), and say `address` for the one that clients reach"};
    case PortFacts::State::free:
      break;
  }
  return {"port", Severity::fine, fmt::format("{} is free", at), ""};
}

Finding check_certificate(const CertificateState& state, front::Time now) {
  constexpr const char* kRenew = "renew it; `rozaneh certificate get` does so by itself";
  if (!state.facts)
    return {"certificate", Severity::error,
            fmt::format("{}: {}", state.source, state.facts.error().message()),
            "give the chain in PEM, the server's own first, and its private key"};
  if (const auto good = front::check_use(*state.facts, state.names, now); !good)
    return {"certificate", Severity::error, fmt::format("{}: {}", state.source, good.error().message()),
            kRenew};
  const auto left = std::chrono::floor<std::chrono::days>(state.facts->not_after - now);
  const std::string what =
      fmt::format("{}: by {}, good for {} more days", state.source, state.facts->issuer, left.count());
  if (left < kFewDays) return {"certificate", Severity::warning, what, kRenew};
  if (state.length == 1)
    return {"certificate", Severity::warning, what + ", and alone in its file",
            "unless who issued it is a root, clients want the whole chain: use fullchain.pem"};
  return {"certificate", Severity::fine, what, ""};
}

Finding check_name(const NameFacts& facts) {
  if (!facts.found)
    return {"name", Severity::error, fmt::format("{}: {}", facts.name, facts.found.error().message()),
            "look at the name's records, and at /etc/resolv.conf"};
  const std::string what = fmt::format("{} leads to {}", facts.name, text_of(*facts.found));
  const bool here = std::ranges::any_of(*facts.found, [&facts](const IpAddress& each) {
    return std::ranges::find(facts.own, each) != facts.own.end();
  });
  if (!facts.leads_here || here) return {"name", Severity::fine, what, ""};
  return {"name", Severity::warning, fmt::format("{}, and this machine has {}", what, text_of(facts.own)),
          "let the name lead here, unless something in between forwards to this machine"};
}

Finding check_name_servers(std::size_t servers) {
  if (servers > 0)
    return {"name-servers", Severity::fine, fmt::format("{} are known; none was asked (--resolve)", servers),
            ""};
  return {"name-servers", Severity::warning, "/etc/resolv.conf names none",
          "names will not resolve: say `nameserver ADDRESS` there, or start systemd-resolved"};
}

Findings check_state(const std::vector<FileFacts>& files) {
  if (files.empty()) return {{"state", Severity::fine, "nothing is kept yet", ""}};
  Findings findings;
  for (const FileFacts& each : files) {
    if ((each.mode & kOthers) != 0)
      findings.push_back({"state", Severity::error,
                          fmt::format("others can get at {} (mode {:04o})", each.path, each.mode),
                          fmt::format("chmod go= {}", each.path)});
    if (each.owner != files.front().owner)
      findings.push_back({"state", Severity::error,
                          fmt::format("{} is user {}'s, and its folder user {}'s", each.path, each.owner,
                                      files.front().owner),
                          fmt::format("chown --reference={} {}", files.front().path, each.path)});
  }
  if (findings.empty())
    findings.push_back(
        {"state", Severity::fine, fmt::format("{} is its owner's alone", files.front().path), ""});
  return findings;
}

Finding check_link(std::size_t number, const Result<>& read) {
  if (read) return {"link", Severity::fine, fmt::format("the {}. link can be used", number), ""};
  return {"link", Severity::error, fmt::format("the {}. link: {}", number, read.error().message()),
          "have it sent again, whole; `rozaneh link show` says what stands in one"};
}

}  // namespace rozaneh::doctor
