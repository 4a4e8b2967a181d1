#include "cli/lab_classify.h"

#include <cstring>

#include "cli/exit_code.h"
#include "io/file.h"
#include "lab/flow/classifier.h"
#include "lab/packet/capture.h"

namespace rozaneh::cli {
namespace {

constexpr std::size_t kMaxCapture = std::size_t{2} << 30U;

std::string_view transport_name(std::uint8_t protocol) {
  switch (protocol) {
    case lab::kTcp:
      return "tcp";
    case lab::kUdp:
      return "udp";
    default:
      return "ip";
  }
}

// Names come from the network: what a terminal could take for a command is written as a number.
std::string printable(std::string_view text) {
  std::string shown;
  for (const char c : text) {
    if (c >= 0x20 && c < 0x7f)
      shown.push_back(c);
    else
      shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return shown;
}

std::vector<std::string_view> hits_of(const lab::FlowReport& report) {
  std::vector<std::string_view> names;
  names.reserve(report.hits.size());
  for (const lab::Rule rule : report.hits) names.push_back(lab::name_of(rule));
  return names;
}

// One line: the client first, then the server, what it was, whose name, and which rules it hits.
std::string sentence(const lab::FlowReport& report) {
  std::string line =
      fmt::format("{} > {} {} {}", report.key.client.to_string(), report.key.server.to_string(),
                  transport_name(report.key.protocol), lab::name_of(report.protocol));
  if (!report.version.empty()) line += fmt::format(" ({})", printable(report.version));
  if (!report.name.empty()) line += fmt::format(" {}", printable(report.name));
  line += fmt::format(", {} B up, {} B down", report.bytes_up, report.bytes_down);
  if (!report.hits.empty()) line += fmt::format(", hits: {}", fmt::join(hits_of(report), " "));
  return line;
}

nlohmann::json fields_of(const lab::FlowReport& report) {
  const std::chrono::duration<double> begin = report.begin;
  const std::chrono::duration<double> took = report.end - report.begin;
  return {{"client", report.key.client.to_string()},
          {"server", report.key.server.to_string()},
          {"transport", transport_name(report.key.protocol)},
          {"ip_protocol", report.key.protocol},
          {"protocol", lab::name_of(report.protocol)},
          {"version", report.version},
          {"name", report.name},
          {"ja3", report.ja3},
          {"ja4", report.ja4},
          {"exemption", report.exemption},
          {"hits", hits_of(report)},
          {"begin", begin.count()},
          {"seconds", took.count()},
          {"packets_up", report.packets_up},
          {"packets_down", report.packets_down},
          {"bytes_up", report.bytes_up},
          {"bytes_down", report.bytes_down}};
}

// What stands before a file's fault is told all the same.
Result<> classify(Bytes file, lab::Classifier& classifier) {
  auto reader = lab::CaptureReader::open(file);
  if (!reader) return fail(std::move(reader));
  for (;;) {
    auto packet = reader->next();
    if (!packet) return fail(std::move(packet));
    if (!*packet) return {};
    if (const auto ip = lab::ip_packet_of(**packet)) classifier.add(*ip, (*packet)->when);
  }
}

}  // namespace

void declare(CLI::App& app, LabClassifySettings& settings) {
  app.add_option("file", settings.file, "A capture: pcap or pcapng")->required();
  app.add_flag("--json", settings.json, "One JSON object a line");
}

int run_lab_classify(const LabClassifySettings& settings) {
  Console console;
  console.configure({.json = settings.json});
  const io::File file(settings.file, O_RDONLY);
  const auto content = file.is_open() ? file.read_all(kMaxCapture) : std::nullopt;
  if (!content || content->size() > kMaxCapture) {
    console.error("{}: {}", settings.file, content ? "larger than 2 GiB" : std::strerror(errno));
    return kFailed;
  }
  lab::Classifier classifier;
  const auto done = classify(*content, classifier);
  for (const auto& report : classifier.finish()) console.event("flow", sentence(report), fields_of(report));
  if (done) return kOk;
  console.error("{}: {}", settings.file, done.error().message());
  return kFailed;
}

}  // namespace rozaneh::cli
