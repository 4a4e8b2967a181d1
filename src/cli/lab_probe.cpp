#include "cli/lab_probe.h"

#include <fmt/ranges.h>

#include "base/encoding.h"
#include "cli/exit_code.h"
#include "crypto/random.h"
#include "io/file.h"
#include "lab/flow/key.h"
#include "lab/packet/capture.h"
#include "lab/probe/address.h"
#include "lab/probe/delays.h"
#include "lab/probe/plan.h"
#include "lab/probe/runner.h"
#include "lab/probe/verdict.h"

namespace rozaneh::cli {
namespace {

constexpr std::size_t kMaxCapture = std::size_t{64} << 20U;

double seconds_of(lab::Moment time) { return std::chrono::duration<double>(time).count(); }

// The first data that a client sends over TCP in a capture.
Result<Buffer> first_packet_in(Bytes file) {
  auto reader = lab::CaptureReader::open(file);
  if (!reader) return fail(std::move(reader));
  for (;;) {
    const auto captured = reader->next();
    if (!captured) return std::unexpected(captured.error());
    if (!*captured) return fail(SettingsError::value, "no TCP packet with data is in it");
    const auto ip = lab::ip_packet_of(**captured);
    const auto packet = ip ? lab::PacketView::parse(*ip) : std::nullopt;
    if (packet && packet->tcp() != nullptr && !packet->payload().empty())
      return Buffer(packet->payload().begin(), packet->payload().end());
  }
}

// Hexadecimal digits, or else a file.
Result<Buffer> first_packet_of(const std::string& given) {
  if (auto bytes = decode_hex(given)) return std::move(*bytes);
  const io::File file(given, O_RDONLY);
  const auto content = file.is_open() ? file.read_all(kMaxCapture) : std::nullopt;
  if (!content)
    return fail(
        SettingsError::value,
        fmt::format("--first-packet {}: neither hexadecimal digits nor a file that can be read", given));
  auto packet = first_packet_in(*content);
  if (!packet) return std::unexpected(packet.error().at(given));
  return packet;
}

std::string sentence(const lab::Reaction& reaction, const std::string& sends) {
  std::string line = fmt::format("  {:<12}{:<42}{}", reaction.probe, sends, lab::name_of(reaction.end));
  if (reaction.answered > 0 && reaction.end != lab::Reaction::End::answered)
    line += fmt::format(" behind {} bytes", reaction.answered);
  if (reaction.answered > 0 && reaction.end == lab::Reaction::End::answered)
    line += fmt::format(" with {} bytes", reaction.answered);
  return line + fmt::format(" after {:.2f} s", seconds_of(reaction.after));
}

nlohmann::json fields_of(const lab::Reaction& reaction, lab::ProbeKind kind) {
  return {{"kind", lab::name_of(kind)},
          {"probe", reaction.probe},
          {"sent", reaction.sent},
          {"answered", reaction.answered},
          {"end", lab::name_of(reaction.end)},
          {"seconds", seconds_of(reaction.after)},
          {"confirmed", reaction.confirmed},
          {"answer", encode_hex(reaction.answer)}};
}

// Tries the server for one thing, and says what came of it.
Result<lab::Verdict> try_for(lab::ProbeKind kind, const Endpoint& server, Bytes first_packet,
                             const LabProbeSettings& settings, Console& console) {
  crypto::SystemRandom random;
  auto probes = lab::plan(kind, server.to_string(), first_packet, random);
  std::map<std::string, std::string> sends;
  for (const lab::Probe& each : probes) sends[each.name] = each.sends;
  console.show(fmt::format("{}:", lab::name_of(kind)));
  lab::Probing probing{.server = server, .source = {}, .delay = {}, .heard = {}};
  probing.patience =
      std::chrono::duration_cast<lab::Moment>(std::chrono::duration<double>(settings.patience));
  if (settings.scale > 0)
    probing.delay = [&](const lab::Probe& /*probe*/) {
      const double drawn = random.below(1U << 24U) / static_cast<double>(1U << 24U);
      return std::chrono::duration_cast<lab::Moment>(lab::probe_delay(drawn) / settings.scale);
    };
  probing.heard = [&](const lab::Reaction& reaction) {
    console.event("probe", sentence(reaction, sends[reaction.probe]), fields_of(reaction, kind));
    return true;
  };
  const auto reactions = lab::run_probes(std::move(probes), probing);
  if (!reactions) return std::unexpected(reactions.error());
  const lab::Verdict verdict = lab::judge(kind, *reactions);
  console.event(
      "verdict", fmt::format("{}: {}: {}", lab::name_of(kind), lab::name_of(verdict.finding), verdict.why),
      {{"kind", lab::name_of(kind)}, {"finding", lab::name_of(verdict.finding)}, {"why", verdict.why}});
  return verdict;
}

std::vector<lab::ProbeKind> kinds_of(const std::string& name) {
  if (const auto kind = lab::probe_kind_of(name)) return {*kind};
  using enum lab::ProbeKind;
  return {http, tls, tor, signal, obfs2, obfs3, shadowsocks};
}

int refuse(Console& console, std::string_view why) {
  console.error("{}", why);
  return kUsage;
}

}  // namespace

void declare(CLI::App& app, LabProbeSettings& settings) {
  app.add_option("server", settings.server, "ADDRESS:PORT on this machine or in the lab")->required();
  std::vector<std::string> kinds(lab::probe_kinds().begin(), lab::probe_kinds().end());
  kinds.emplace_back("all");
  app.add_option("--kind", settings.kind, "What to try the server for")
      ->check(CLI::IsMember(kinds))
      ->capture_default_str();
  app.add_option(
         "--first-packet", settings.first_packet,
         "A client's first data, of which Shadowsocks' replays are made: a capture, or hexadecimal digits")
      ->type_name("FILE|HEX");
  app.add_option(
         "--scale", settings.scale,
         "Wait before each probe as China's probers did, so many times shorter; without it, not at all")
      ->check(CLI::Range(1.0, 1e6));
  app.add_option("--patience", settings.patience, "Seconds to wait for an answer")
      ->check(CLI::Range(0.1, 600.0))
      ->capture_default_str();
  app.add_flag("--json", settings.json, "One JSON object a line");
}

int run_lab_probe(const LabProbeSettings& settings) {
  Console console;
  console.configure({.json = settings.json});
  const auto server = Endpoint::parse(settings.server);
  if (!server || server->port == 0)
    return refuse(console,
                  fmt::format("{} is not an address and a port, as in 127.0.0.1:443", settings.server));
  if (!lab::may_be_probed(server->address))
    return refuse(console, fmt::format("{} is neither this machine (127.0.0.0/8, ::1) nor in the lab "
                                       "(192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24, 2001:db8::/32): "
                                       "nobody else is probed",
                                       server->address.to_string()));
  Result<Buffer> first_packet;
  if (!settings.first_packet.empty()) first_packet = first_packet_of(settings.first_packet);
  if (!first_packet) return refuse(console, first_packet.error().message());
  for (const lab::ProbeKind kind : kinds_of(settings.kind)) {
    const auto verdict = try_for(kind, *server, *first_packet, settings, console);
    if (verdict) continue;
    console.error("{}", verdict.error().message());
    return kFailed;
  }
  return kOk;
}

}  // namespace rozaneh::cli
