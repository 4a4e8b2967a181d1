#include "cli/doctor.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <sstream>

#include "cli/doctor/facts.h"
#include "cli/misfits.h"
#include "front/acme/store.h"
#include "front/certificates/error.h"
#include "front/names.h"
#include "io/interfaces.h"

namespace rozaneh::cli {
namespace {

namespace fs = std::filesystem;
using doctor::Finding;
using doctor::Severity;

constexpr std::array<std::string_view, 3> kSeverities{"ok", "warning", "error"};
constexpr std::string_view kServices = "/etc/rozaneh";
constexpr std::string_view kStates = "/var/lib/rozaneh";

front::Time now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

// The day that the built-in list of names is of: no clock of a machine that this program runs on is right
// before.
std::chrono::sys_seconds past() {
  std::istringstream text(front::NameList::built_in().issued());
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  char dash = 0;
  text >> year >> dash >> month >> dash >> day;
  return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day));
}

class Doctor {
 public:
  Doctor(const DoctorSettings& settings, Console& console) : settings_(settings), console_(console) {}

  void examine_machine() {
    doctor::ClockFacts clock{.now = now(), .past = past(), .where = settings_.time_from};
    if (!settings_.time_from.empty()) clock.there = doctor::ask_for_time(console_, settings_.time_from);
    tell(doctor::check_clock(clock));
    for (const Finding& each : doctor::examine_machine()) tell(each);
    tell(doctor::check_name_servers(doctor::name_servers()));
    for (const std::string& name : settings_.resolve) ask_for(name, false);
  }

  // A file, and what its command needs.
  void examine(const std::string& file, const std::vector<Configurable>& commands) {
    const CheckedConfig checked = check_config(file, settings_.of, commands);
    for (const ConfigProblem& problem : checked.problems)
      tell({"config", Severity::error, fmt::format("{}: {}", problem.place(), problem.what),
            "`rozaneh COMMAND --help` and the guides say what is valid"});
    if (checked.problems.empty()) tell({"config", Severity::fine, fmt::format("{} is valid", file), ""});
    if (checked.command == nullptr) return;
    Needs needs = checked.command->needs();
    if (!settings_.state.empty()) needs.state = settings_.state;
    if (needs.state.empty()) needs.state = state_of_unit(file);
    examine_state(needs);
    examine(needs);
  }

  void examine_state(const Needs& needs) {
    for (const Finding& each : doctor::check_state(doctor::look_at_state(folder_of(needs)))) tell(each);
  }

  void examine(const Needs& needs) {
    const fs::path state = folder_of(needs);
    std::set<Endpoint> ports(needs.ports.begin(), needs.ports.end());
    for (const std::string& transport : needs.drawn) add_drawn(state, transport, ports);
    for (const Endpoint& at : ports) look_at(at);
    for (const front::CertificateFile& each : needs.certificates) look_at(each, needs.names);
    if (needs.certificates.empty() && !needs.names.empty()) look_at_kept(state, needs.names);
    std::size_t number = 0;
    for (const std::string& link : needs.links) tell(doctor::check_link(++number, usable(link)));
    if (!settings_.resolve.empty())
      for (const std::string& name : needs.names) ask_for(name, true);
  }

  int conclude() {
    const std::string sentence =
        count_[2] + count_[1] == 0
            ? "All is well."
            : fmt::format("{} errors, {} warnings; what to do stands below each.", count_[2], count_[1]);
    console_.event("examined", sentence, {{"ok", count_[0]}, {"warnings", count_[1]}, {"errors", count_[2]}});
    if (count_[2] > 0) return kErrors;
    return count_[1] > 0 ? kWarnings : kHealthy;
  }

 private:
  void tell(const Finding& finding) {
    const auto severity = static_cast<std::size_t>(finding.severity);
    ++count_.at(severity);
    std::string text = fmt::format("{:<8} {:<12} {}", kSeverities.at(severity), finding.check, finding.what);
    if (!finding.advice.empty()) text += fmt::format("\n{:<8} {:<12} {}", "", "", finding.advice);
    console_.event("finding", text,
                   {{"check", finding.check},
                    {"severity", kSeverities.at(severity)},
                    {"what", finding.what},
                    {"advice", finding.advice}});
  }

  // What only one family has is left out by the service, too.
  void look_at(const Endpoint& at) {
    const auto facts = doctor::look_at_port(console_, at);
    const bool everywhere_v6 = at.address == IpAddress(std::array<std::uint8_t, 16>{});
    if (everywhere_v6 && facts.state == doctor::PortFacts::State::elsewhere) return;
    tell(doctor::check_port(facts));
  }

  void look_at(const front::CertificateFile& file, const std::vector<std::string>& names) {
    doctor::CertificateState state{.source = file.chain.string(), .facts = {}, .names = names};
    const auto chain = io::read_file(file.chain, front::kLargestChain);
    const auto key = io::read_file(file.key, front::kLargestChain);
    if (!chain || !key) {
      state.facts = std::unexpected(!chain ? chain.error() : key.error());
    } else {
      front::Certificate certificate{.chain = std::string(text_of(*chain)),
                                     .key = std::string(text_of(*key))};
      state.length = count_certificates(certificate.chain);
      state.facts = front::examine(certificate);
    }
    tell(doctor::check_certificate(state, now()));
  }

  // What an authority has given.
  void look_at_kept(const fs::path& folder, const std::vector<std::string>& names) {
    std::error_code error;
    if (!fs::is_directory(folder, error)) return;
    auto state = io::DirectoryState::open(folder);
    if (!state) return tell({"certificate", Severity::error, state.error().message(), "run this as root"});
    front::acme::Store store(**state);
    for (const auto& kept : front::acme::stored_in(folder)) {
      const auto certificate = store.certificate(kept.name, kept.kind);
      doctor::CertificateState facts{
          .source = kept.file.string(), .facts = fail(front::CertificateError::no_chain), .names = names};
      if (certificate) {
        facts.facts = front::examine(*certificate);
        facts.length = count_certificates(certificate->chain);
      }
      tell(doctor::check_certificate(facts, now()));
    }
  }

  void ask_for(const std::string& name, bool leads_here) {
    tell(doctor::check_name({.name = name,
                             .found = doctor::ask_for_name(console_, name),
                             .own = io::own_addresses(),
                             .leads_here = leads_here}));
  }

  // As far as can be seen without dialling.
  static Result<> usable(const std::string& link) {
    ClientSettings client;
    client.link = {link};
    const Misfits wrong = misfits_of(client);
    const auto found = std::ranges::find(wrong, "link", &Misfit::key);
    if (found != wrong.end()) return std::unexpected(found->error);
    return {};
  }

  static std::size_t count_certificates(std::string_view chain) {
    std::size_t count = 0;
    for (auto at = chain.find("BEGIN CERT"); at != std::string_view::npos;
         at = chain.find("BEGIN CERT", at + 1))
      ++count;
    return count;
  }

  static fs::path folder_of(const Needs& needs) {
    return needs.state.empty() ? default_state_directory() : fs::path(needs.state);
  }

  // Where the package's unit that has this file keeps its state, in the same tree; empty: it is no unit's.
  static std::string state_of_unit(const fs::path& file) {
    const std::string folder = file.parent_path().string();
    if (!folder.ends_with(kServices)) return {};
    const std::string tree = folder.substr(0, folder.size() - kServices.size());
    return fmt::format("{}{}/{}", tree, kStates, file.stem().string());
  }

  static void add_drawn(const fs::path& folder, const std::string& transport, std::set<Endpoint>& ports) {
    const auto text = io::read_file(folder / ("port_" + transport), 16);
    const auto port = text ? parse_port(text_of(*text)) : std::nullopt;
    if (!port) return;  // it is drawn at the first start
    ports.insert({IpAddress(), *port});
    ports.insert({IpAddress(std::array<std::uint8_t, 16>{}), *port});
  }

  const DoctorSettings& settings_;
  Console& console_;
  std::array<std::size_t, 3> count_{};
};

}  // namespace

void declare(CLI::App& app, DoctorSettings& settings) {
  app.add_option("--config", settings.config,
                 "The settings of a service: they, and what it needs, are looked at")
      ->type_name("FILE.toml")
      ->allow_extra_args(false);
  app.add_option("--for", settings.of, "The command that these are of (default: it is found)")
      ->check(CLI::IsMember(configurable_names()));
  app.add_option("--link", settings.link,
                 "A link, a bridge line in quotes, or a file of them, to be looked at")
      ->type_name("LINK|FILE")
      ->allow_extra_args(false);
  CLI::Option* key = app.add_option("--key", settings.key, "Its private key in PEM")->type_name("FILE");
  CLI::Option* cert =
      app.add_option("--cert", settings.cert, "A certificate and its chain in PEM")->type_name("FILE");
  cert->needs(key);
  key->needs(cert);
  app.add_option("--domain", settings.domain, "The name that the certificate is for")->type_name("NAME");
  app.add_option("--state", settings.state, "The state directory, if it is not the usual one")
      ->type_name("DIRECTORY");
  app.add_option("--time-from", settings.time_from,
                 "Ask this server what time it is: http://HOST or https://HOST")
      ->type_name("URL");
  app.add_option("--resolve", settings.resolve,
                 "Ask the system's name servers for this name, and for those of the settings")
      ->type_name("NAME")
      ->allow_extra_args(false);
  app.add_flag("--json", settings.json, "One JSON object a line");
}

int run_doctor(const DoctorSettings& settings, const std::function<std::vector<Configurable>()>& fresh) {
  Console console;
  console.configure({.level = Log::Level::info, .json = settings.json, .addresses = false});
  Doctor doctor(settings, console);
  doctor.examine_machine();
  for (const std::string& file : settings.config) doctor.examine(file, fresh());
  Needs given{.ports = {}, .links = settings.link, .state = settings.state};
  if (!settings.cert.empty()) given.certificates.push_back({.chain = settings.cert, .key = settings.key});
  if (!settings.domain.empty()) given.names.push_back(settings.domain);
  if (settings.config.empty()) doctor.examine_state(given);
  doctor.examine(given);
  return doctor.conclude();
}

}  // namespace rozaneh::cli
