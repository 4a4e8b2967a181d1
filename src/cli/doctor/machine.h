// Whether a machine can carry traffic: a check each, pure, over facts that somebody else has gathered.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/error.h"
#include "cli/doctor/finding.h"

namespace rozaneh::doctor {

struct ClockFacts {
  std::chrono::sys_seconds now;
  std::chrono::sys_seconds past;  // was before this program was made
  std::string where;              // who was asked for the time; empty: nobody
  std::optional<std::chrono::sys_seconds> there{};
};
// A minute off is worth knowing; an hour off, and obfs4 and certificates fail.
Finding check_clock(const ClockFacts& facts);

// `ready`: whether the kernel has seeded its source of random numbers.
Finding check_entropy(bool ready);

// `limit`: how many files a process may have open when it asks for all that it is allowed. Each connection
// that is carried takes two.
Finding check_descriptors(std::uint64_t limit);

// net.core.somaxconn: connections that wait to be accepted.
Finding check_backlog(std::optional<std::uint64_t> most);

// net.ipv4.ip_local_port_range: connections to one address at one time.
struct PortRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};
Finding check_port_range(std::optional<PortRange> range);

// The firewall's table of connections; nothing where there is none.
struct Conntrack {
  std::uint64_t count = 0;
  std::uint64_t most = 0;
};
Finding check_conntrack(std::optional<Conntrack> table);

struct Interface {
  std::string name;
  std::uint64_t mtu = 0;
  bool up = false;
};
Finding check_mtu(const std::vector<Interface>& interfaces);

// `own`: this machine's, without loopback and link-local ones.
Finding check_addresses(const std::vector<IpAddress>& own);

// What --zero-copy can use. `ulps`: net.ipv4.tcp_available_ulp; `pipe_pages`: fs.pipe-user-pages-soft, of 4
// KiB, where 0 is no limit.
Finding check_kernel_tls(const std::optional<std::string>& ulps);
Finding check_pipes(std::optional<std::uint64_t> pipe_pages);

// What `rozaneh lab` needs: whether namespaces could be made, and why not.
Finding check_namespaces(const Result<int>& made);

}  // namespace rozaneh::doctor
