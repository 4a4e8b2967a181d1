#include "cli/setup.h"

#include <unistd.h>

#include <iostream>

#include "cli/doctor.h"
#include "cli/exit_code.h"
#include "cli/give_up.h"
#include "cli/links.h"
#include "cli/qr.h"
#include "cli/service_plan.h"
#include "cli/signal_parts.h"
#include "cli/user.h"
#include "wire/link.h"

namespace rozaneh::cli {
namespace {

bool offers(const SetupSettings& settings, std::string_view what) {
  return settings.offer == what || settings.offer == "all";
}

// One line; empty at the end of the input, and where it was left empty.
std::string ask(std::string_view question) {
  std::cout << question << " " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  const auto begin = answer.find_first_not_of(" \t\r");
  if (begin == std::string::npos) return {};
  return answer.substr(begin, answer.find_last_not_of(" \t\r") + 1 - begin);
}

std::string ask_what_to_offer() {
  const std::string answer =
      ask("What shall this server offer?\n"
          "  1  an open bridge for friends\n"
          "  2  a bridge of Tor\n"
          "  3  a proxy for Signal (needs a domain)\n"
          "  4  all of these\n"
          "1, 2, 3 or 4:");
  if (answer == "1") return "friends";
  if (answer == "2") return "tor";
  if (answer == "3") return "signal";
  return answer == "4" ? "all" : "";
}

// At most three questions, and none where a flag has answered it or nobody is there to ask.
SetupSettings answered(SetupSettings settings) {
  if (isatty(STDIN_FILENO) == 0 || settings.json) return settings;
  const bool asked = settings.offer.empty();
  if (asked) settings.offer = ask_what_to_offer();
  if (offers(settings, "signal") && settings.domain.empty())
    settings.domain = ask("The domain that leads to this server, such as proxy.example.org:");
  if (asked && settings.offer != "friends" && !settings.offer.empty() && settings.email.empty())
    settings.email =
        ask("An e-mail address for who gives certificates and for Tor's operators (empty: none):");
  return settings;
}

Result<> check(const SetupSettings& settings) {
  if (settings.offer.empty())
    return fail(SettingsError::value, "say what to offer: --offer friends, tor, signal or all");
  if (offers(settings, "signal") && !is_domain(settings.domain))
    return fail(SettingsError::value,
                "a proxy for Signal needs a name that leads here: --domain, such as proxy.example.org");
  if (!settings.email.empty() && !is_email(settings.email))
    return fail(SettingsError::value, fmt::format("--email '{}' is no address", settings.email));
  return {};
}

std::vector<ServicePlan> plans_of(const SetupSettings& settings) {
  std::vector<ServicePlan> plans;
  if (offers(settings, "friends")) plans.push_back(plan_bridge());
  if (offers(settings, "tor")) plans.push_back(plan_tor(settings.email));
  if (offers(settings, "signal")) plans.push_back(plan_signal(settings.domain, settings.email));
  return plans;
}

class Setup {
 public:
  Setup(const SetupSettings& settings, Console& console)
      : settings_(settings), console_(console), plans_(plans_of(settings)) {}

  // All files or none.
  Result<> write() {
    if (!settings_.force)
      for (const ServicePlan& plan : plans_)
        if (const auto free = check_unchanged(settings_.root, plan); !free) return free;
    for (const ServicePlan& plan : plans_) {
      const std::string path = settings_.root + plan.file;
      if (!settings_.dry_run)
        if (const auto written = write_service(settings_.root, plan); !written) return written;
      console_.event("written", fmt::format("{} {}.", settings_.dry_run ? "Would write" : "Wrote", path),
                     {{"file", path}, {"done", !settings_.dry_run}});
    }
    return {};
  }

  // Answers whether all that could be started was.
  bool start() {
    bool all = true;
    for (const ServicePlan& plan : plans_) {
      for (const std::string& step : plan.by_hand) console_.show("  Do this once: " + step);
      const std::string command = fmt::format("systemctl {} {}", plan.verb, plan.unit);
      const bool whole = plan.by_hand.empty();  // else it would start without what was written
      const bool here = whole && settings_.root.empty() && !settings_.dry_run && has_systemd();
      const bool done = here && run_systemctl(plan);
      all = all && (done || !here);
      console_.event("enabled",
                     done   ? fmt::format("Started {}, now and at each boot.", plan.unit)
                     : here ? fmt::format("`{}` failed: journalctl -u {} says why.", command, plan.unit)
                            : fmt::format("{} `{}`; without systemd: `{}`.", whole ? "Would run" : "Then run",
                                          command, plan.command),
                     {{"unit", plan.unit}, {"done", done}, {"command", command}});
    }
    return all;
  }

  int examine(const std::function<std::vector<Configurable>()>& fresh) {
    if (settings_.dry_run) return kOk;
    DoctorSettings doctor;
    doctor.json = settings_.json;
    for (const ServicePlan& plan : plans_)
      if (plan.file.ends_with(".toml")) doctor.config.push_back(settings_.root + plan.file);
    if (doctor.config.empty()) doctor.state = settings_.root + kTorState;
    return run_doctor(doctor, fresh);
  }

  void share() {
    for (const ServicePlan& plan : plans_) {
      std::vector<std::string> links;
      if (plan.unit == kSignalUnit) links = signal_links(settings_.domain, 443);
      if (plan.unit == kBridgeUnit) links = links_of_bridge();
      if (links.empty()) {
        console_.show(fmt::format("\n{}", plan.where_link_is));
        continue;
      }
      show(plan.unit, links);
    }
  }

 private:
  // As the bridge has left them.
  [[nodiscard]] std::vector<std::string> links_of_bridge() const {
    const auto ways = read_links({settings_.root + kBridgeState + "/" + kBridgeLinks});
    std::vector<std::string> links;
    for (const Way& way : ways.value_or(std::vector<Way>()))
      if (const auto link = serialize_link({&way, 1})) links.push_back(*link);
    return links;
  }

  void show(const std::string& unit, const std::vector<std::string>& links) {
    console_.event("share", "\nShare this link with those who shall use it:\n",
                   {{"unit", unit}, {"links", links}});
    for (const std::string& link : links) console_.show(fmt::format("  {}\n", link));
    if (settings_.no_qr || !console_.on_terminal()) return;
    if (const auto code = qr_code(links.front())) console_.show(*code);
  }

  const SetupSettings& settings_;
  Console& console_;
  std::vector<ServicePlan> plans_;
};

}  // namespace

void declare(CLI::App& app, SetupSettings& settings) {
  app.add_option("--offer", settings.offer, "What this server offers; without it, you are asked")
      ->check(CLI::IsMember({"friends", "tor", "signal", "all"}));
  app.add_option("--domain", settings.domain, "The name that leads to this server, for Signal")
      ->type_name("NAME");
  app.add_option("--email", settings.email, "For who gives certificates, and Tor's ContactInfo")
      ->type_name("ADDRESS");
  app.add_option("--root", settings.root, "Set up the system in this tree, and start nothing")
      ->type_name("DIRECTORY");
  app.add_flag("--force", settings.force, "Also replace files that somebody has changed");
  app.add_flag("--dry-run", settings.dry_run, "Only say what would be done");
  app.add_flag("--no-qr", settings.no_qr, "Print no QR code (there is none where the output is no terminal)");
  app.add_flag("--json", settings.json, "One JSON object a line, and no questions");
}

int run_setup(const SetupSettings& given, const std::function<std::vector<Configurable>()>& fresh) {
  Console console;
  console.configure({.level = Log::Level::info, .json = given.json, .addresses = false});
  const SetupSettings settings = answered(given);
  if (const auto good = check(settings); !good) return give_up(console, good.error());
  Setup setup(settings, console);
  if (const auto written = setup.write(); !written) {
    console.error("{}", written.error().message());
    return kFailed;
  }
  const bool started = setup.start();
  const int health = setup.examine(fresh);
  setup.share();
  return started && health != kErrors ? kOk : kFailed;
}

}  // namespace rozaneh::cli
