#include "lab/far/bridge.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <array>
#include <cerrno>

#include "io/error.h"
#include "lab/far/far_side.h"
#include "lab/path/process.h"

namespace rozaneh::lab {
namespace {

constexpr std::size_t kMostWords = 64 * 1024;  // that a bridge says before its link

// What the bridge says, up to its first link.
std::optional<std::string> read_link(int from) {
  constexpr std::string_view kBegin = "rozaneh://";
  std::string said;
  std::array<char, 4096> part{};
  while (said.size() < kMostWords) {
    const ssize_t count = read(from, part.data(), part.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    said.append(part.data(), static_cast<std::size_t>(count));
    const auto begin = said.find(kBegin);
    const auto end = said.find('"', begin == std::string::npos ? said.size() : begin);
    if (end != std::string::npos) return said.substr(begin, end - begin);
  }
  return std::nullopt;
}

}  // namespace

Result<FarBridge> start_bridge(const Topology& topology, const std::string& program,
                               const std::string& transport, std::uint8_t number) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::unexpected(io::from_errno(errno, "make a pipe"));
  io::Descriptor out(ends[0]);
  io::Descriptor in(ends[1]);
  const std::string listen =
      fmt::format("{}={}", transport, Endpoint{Topology::server_address(false, number), 443}.to_string());
  const std::string web = Endpoint{Topology::server_address(false, kWeb), 80}.to_string();
  std::vector<std::string> words = {program,      "bridge", "--listen",    listen,
                                    "--no-state", "--json", "--log-level", "error"};
  if (transport == "obfs2" || transport == "obfs3") {
    words.insert(words.end(), {"--forward", web});
  } else {
    words.insert(words.end(), {"--egress", "open", "--allow-private"});
  }
  const auto started =
      start({.words = words, .network = topology.network(Side::server), .output = in.number()});
  if (!started) return std::unexpected(started.error());
  in.close();
  auto link = read_link(out.number());
  if (!link) return fail(io::IoError::other, fmt::format("the lab's {} bridge did not start", transport));
  return FarBridge{std::move(*link), std::move(out)};
}

}  // namespace rozaneh::lab
