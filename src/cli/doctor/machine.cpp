#include "cli/doctor/machine.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

namespace rozaneh::doctor {
namespace {

constexpr std::chrono::seconds kWorthKnowing{60};
constexpr std::chrono::seconds kTooFar{3600};    // obfs4 takes hellos of the hour before and after
constexpr std::uint64_t kFewDescriptors = 8192;  // some 4,000 connections
constexpr std::uint64_t kShortBacklog = 1024;
constexpr std::uint64_t kFewPorts = 10'000;
constexpr std::uint64_t kSmallTable = 65'536;
constexpr std::uint64_t kSmallestMtu = 1280;  // RFC 8200 section 5
constexpr std::uint64_t kUsualMtu = 1400;     // PPPoE and tunnels stay above
constexpr std::uint64_t kPageSize = 4096;
constexpr std::uint64_t kPipesOfALoop = 16 * 1024 * 1024;  // io::PipePool: 64 of 256 KiB

Finding fine(std::string check, std::string what) {
  return {std::move(check), Severity::fine, std::move(what), ""};
}

Finding warning(std::string check, std::string what, std::string advice) {
  return {std::move(check), Severity::warning, std::move(what), std::move(advice)};
}

Finding error(std::string check, std::string what, std::string advice) {
  return {std::move(check), Severity::error, std::move(what), std::move(advice)};
}

Finding unknown(std::string check, std::string_view what) {
  return fine(std::move(check), fmt::format("{} cannot be read here", what));
}

constexpr const char* kSetClock = "let the machine keep time: apt install systemd-timesyncd, or chrony";

}  // namespace

Finding check_clock(const ClockFacts& facts) {
  if (facts.now < facts.past)
    return error("clock",
                 fmt::format("it is {:%F} by this machine's clock, and this program is of {:%F}", facts.now,
                             facts.past),
                 kSetClock);
  if (facts.where.empty())
    return fine("clock", fmt::format("{:%F %T} UTC; nobody was asked (--time-from)", facts.now));
  if (!facts.there)
    return warning("clock", fmt::format("{} did not say what time it is", facts.where),
                   "ask another server with --time-from");
  const auto off = std::chrono::abs(facts.now - *facts.there);
  const std::string what =
      fmt::format("{} s {} {}", off.count(), facts.now < *facts.there ? "behind" : "ahead of", facts.where);
  if (off > kTooFar) return error("clock", what, kSetClock);
  if (off > kWorthKnowing) return warning("clock", what, kSetClock);
  return fine("clock", fmt::format("within a minute of {}", facts.where));
}

Finding check_entropy(bool ready) {
  if (ready) return fine("entropy", "the kernel has enough");
  return error("entropy", "the kernel has not gathered enough yet: keys cannot be made",
               "wait, or give a virtual machine a virtio-rng device");
}

Finding check_descriptors(std::uint64_t limit) {
  const std::string what = fmt::format("{} files may be open: {} connections", limit, limit / 2);
  if (limit >= kFewDescriptors) return fine("descriptors", what);
  return warning("descriptors", what, "raise it: LimitNOFILE=65536 in the unit, or ulimit -Hn");
}

Finding check_backlog(std::optional<std::uint64_t> most) {
  if (!most) return unknown("backlog", "net.core.somaxconn");
  const std::string what = fmt::format("{} connections may wait to be accepted", *most);
  if (*most >= kShortBacklog) return fine("backlog", what);
  return warning("backlog", what, "sysctl -w net.core.somaxconn=4096");
}

Finding check_port_range(std::optional<PortRange> range) {
  if (!range || range->last < range->first) return unknown("ports-out", "net.ipv4.ip_local_port_range");
  const std::uint64_t count = range->last - range->first + 1;
  const std::string what = fmt::format("{} ports for outgoing connections", count);
  if (count >= kFewPorts) return fine("ports-out", what);
  return warning("ports-out", what, "sysctl -w net.ipv4.ip_local_port_range=\"32768 60999\"");
}

Finding check_conntrack(std::optional<Conntrack> table) {
  if (!table) return fine("conntrack", "the kernel keeps no table of connections");
  const std::string what =
      fmt::format("{} of {} connections are in the firewall's table", table->count, table->most);
  const std::string advice = "sysctl -w net.netfilter.nf_conntrack_max=262144";
  if (table->count >= table->most / 10 * 9) return error("conntrack", what, advice);
  if (table->most < kSmallTable) return warning("conntrack", what, advice);
  return fine("conntrack", what);
}

Finding check_mtu(const std::vector<Interface>& interfaces) {
  std::string all;
  const Interface* smallest = nullptr;
  for (const Interface& each : interfaces) {
    if (!each.up) continue;
    all += fmt::format("{}{} {}", all.empty() ? "" : ", ", each.name, each.mtu);
    if (smallest == nullptr || each.mtu < smallest->mtu) smallest = &each;
  }
  if (smallest == nullptr)
    return warning("mtu", "no network is up", "bring an interface up: ip link, networkctl");
  const std::string advice = fmt::format("ip link set {} mtu 1500, if what is behind it can", smallest->name);
  if (smallest->mtu < kSmallestMtu) return error("mtu", all + ": IPv6 needs 1280", advice);
  if (smallest->mtu < kUsualMtu) return warning("mtu", all, advice);
  return fine("mtu", all);
}

Finding check_addresses(const std::vector<IpAddress>& own) {
  const auto has = [&own](bool v6) {
    return std::ranges::any_of(
        own, [v6](const IpAddress& each) { return each.is_v6() == v6 && each.is_public(); });
  };
  const bool v4 = has(false);
  const bool v6 = has(true);
  if (v4 && v6) return fine("addresses", "public addresses of IPv4 and IPv6");
  if (v4 || v6)
    return fine("addresses", fmt::format("a public address of {}, none of {}", v4 ? "IPv4" : "IPv6",
                                         v4 ? "IPv6" : "IPv4"));
  return warning("addresses", "no public address of its own",
                 "for a server: forward the port to it, and say `address` in its settings");
}

Finding check_kernel_tls(const std::optional<std::string>& ulps) {
  if (ulps && ulps->contains("tls")) return fine("kernel-tls", "the kernel has TLS, for zero-copy");
  return fine("kernel-tls", "no TLS in the kernel; zero-copy could use it (modprobe tls)");
}

Finding check_pipes(std::optional<std::uint64_t> pipe_pages) {
  if (!pipe_pages) return unknown("pipes", "fs.pipe-user-pages-soft");
  if (*pipe_pages == 0 || *pipe_pages * kPageSize >= kPipesOfALoop)
    return fine("pipes", "enough for zero-copy");
  return warning("pipes", fmt::format("{} KiB of pipes for a user", *pipe_pages * kPageSize / 1024),
                 "for zero-copy: sysctl -w fs.pipe-user-pages-soft=16384");
}

Finding check_namespaces(const Result<int>& made) {
  if (made) return fine("namespaces", "`rozaneh lab` can be used");
  return fine("namespaces", fmt::format("`rozaneh lab` cannot be used: {}", made.error().message()));
}

}  // namespace rozaneh::doctor
