#include "lab/score/near_side.h"

#include <fcntl.h>

#include <cerrno>
#include <fstream>

#include "io/descriptor.h"
#include "io/error.h"
#include "lab/score/programs.h"

namespace rozaneh::lab {
namespace {

// A kernel with all its options sends 32 bytes of TCP header.
bool shorten_tcp_headers() {
  std::ofstream file("/proc/sys/net/ipv4/tcp_timestamps");
  file << "0\n" << std::flush;
  return file.good();
}

Result<> start_all(Programs& programs, const SubjectSpec& subject, Seconds patience) {
  const Seconds limit = subject.patience > 0 ? Seconds(subject.patience) : patience;
  for (const SubjectProgram& program : subject.near_side)
    if (auto started = programs.start(program, limit); !started) return started;
  return {};
}

}  // namespace

NearReport run_near_side(const SubjectSpec& subject, const NearOrder& order, Placeholders values) {
  NearReport report;
  const io::Descriptor network(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
  if (!subject.fetch.tcp_options && !shorten_tcp_headers()) {
    report.failed = "this system lets nobody change net.ipv4.tcp_timestamps";
    return report;
  }
  Programs programs(network.number(), IpAddress(std::array<std::uint8_t, 4>{127, 0, 0, 1}), values);
  if (const auto started = start_all(programs, subject, order.patience); !started) {
    report.late = started.error().message();
    return report;
  }
  FetchWay way{.proxy = std::nullopt, .patience = order.patience};
  if (!subject.proxy.empty()) {
    auto proxy = parse_upstream_proxy(fill_placeholders(subject.proxy, values));
    if (!proxy) report.failed = proxy.error().message();
    if (!proxy) return report;
    way.proxy = std::move(*proxy);
  }
  const auto begin = Clock::now();
  const unsigned times = order.times > 0 ? order.times : subject.fetch.times;
  for (unsigned i = 0; i < times; ++i) {
    const double began = Seconds(Clock::now() - begin).count();
    report.fetches.push_back(fetch_all(subject.fetch, way));
    report.fetches.back().began = began;
  }
  return report;
}

}  // namespace rozaneh::lab
