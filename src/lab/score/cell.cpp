#include "lab/score/cell.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

#include "io/error.h"
#include "io/file.h"
#include "lab/far/bridge.h"
#include "lab/far/far_side.h"
#include "lab/path/censor_row.h"
#include "lab/path/session.h"
#include "lab/score/programs.h"
#include "lab/score/slow_wire.h"

namespace rozaneh::lab {
namespace {

constexpr std::uint16_t kPort = 443;        // the same for all, since censors may look at that
constexpr Seconds kFarPatience{60};         // nobody stands between these programs and their clients
constexpr mode_t kEverybodyMayLook = 0755;  // servers that give up root, for one

// The far side of a subject, as long as the lab is there.
class FarSide {
 public:
  FarSide(const CellOrder& order, const Topology& topology)
      : order_(order), topology_(topology), programs_(topology.network(Side::server), address(), values_) {
    values_ = {{"address", address().to_string()},
               {"authority", kAuthorityFile},
               {"certificate", kCertificateFile},
               {"key", kKeyFile},
               {"port", std::to_string(kPort)},
               {"rozaneh", order.program},
               {"state", kStateFolder},
               {"web", Topology::server_address(false, kWeb).to_string()}};
  }

  Result<> open() {
    if (mkdir(kStateFolder, kEverybodyMayLook) != 0)
      return std::unexpected(io::from_errno(errno, "make a folder for the subject"));
    auto done = open_bridges();
    if (done) done = write_files();
    for (const SubjectProgram& each : order_.subject.prepare)
      if (done) done = programs_.run(each, kFarPatience);
    for (const SubjectProgram& each : order_.subject.far_side)
      if (done) done = programs_.start(each, kFarPatience);
    if (done) done = write(kValuesFile, serialize_values(values_));
    return done;
  }

 private:
  static IpAddress address() { return Topology::server_address(false, kFirstBridge); }

  static Result<> write(const std::string& path, std::string_view text) {
    const io::File file(path, O_WRONLY | O_CREAT | O_TRUNC);
    if (file.is_open() && file.write_all(bytes_of(text))) return {};
    return std::unexpected(io::from_errno(errno, "write " + path));
  }

  Result<> open_bridges() {
    for (const std::string& transport : order_.subject.bridge) {
      const auto number = static_cast<std::uint8_t>(kFirstBridge + bridges_.size());
      auto bridge = start_bridge(topology_, order_.program, transport, number);
      if (!bridge) return std::unexpected(bridge.error());
      values_.insert_or_assign("link." + transport, bridge->link);
      bridges_.push_back(std::move(*bridge));
    }
    return {};
  }

  Result<> write_files() {
    for (const SubjectFile& file : order_.subject.files)
      if (auto done =
              write(fmt::format("{}/{}", kStateFolder, file.name), fill_placeholders(file.text, values_));
          !done)
        return done;
    return {};
  }

  const CellOrder& order_;
  const Topology& topology_;
  Placeholders values_;
  Programs programs_;
  std::vector<FarBridge> bridges_;
};

void say(const std::string& why) {
  fmt::print("{}\n", serialize({.failed = why, .late = {}, .fetches = {}}));
  std::fflush(stdout);
}

}  // namespace

std::string serialize_values(const Placeholders& values) {
  std::string text;
  for (const auto& [name, value] : values) text += fmt::format("{}={}\n", name, value);
  return text;
}

Placeholders parse_values(std::string_view text) {
  Placeholders values;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (const auto equals = line.find('='); equals != std::string_view::npos)
      values.emplace(line.substr(0, equals), line.substr(equals + 1));
  }
  return values;
}

int run_cell(const CellOrder& order) {
  std::vector<CensorRow::Place> places;
  if (order.censor) places.push_back({*order.censor, order.options});
  CensorRow censors(std::move(places));
  SlowWire wire(censors);
  if (!order.capture.empty()) {
    if (const auto opened = wire.capture_to(order.capture); !opened) {
      say(opened.error().message());
      return kLabFailed;
    }
  }
  std::optional<FarSide> far_side;
  const auto open = [&](const Topology& topology) -> Result<> {
    auto opened = open_far_side(topology);
    if (opened) opened = censors.start(topology);
    if (opened) opened = far_side.emplace(order, topology).open();
    if (!opened) say(opened.error().message());
    return opened;
  };
  const auto code = run_session({.middlebox = wire, .command = order.near, .servers = open});
  if (code) return *code;
  say(code.error().message());
  return kLabFailed;
}

}  // namespace rozaneh::lab
