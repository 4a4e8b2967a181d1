// The program: reads the command line and hands over to one command.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdlib>
#include <iostream>
#include <span>

#include "cli/bridge.h"
#include "cli/certificate.h"
#include "cli/client.h"
#include "cli/completion.h"
#include "cli/config.h"
#include "cli/doctor.h"
#include "cli/exit_code.h"
#include "cli/lab_classify.h"
#include "cli/lab_matrix.h"
#include "cli/lab_probe.h"
#include "cli/lab_report.h"
#include "cli/lab_run.h"
#include "cli/link.h"
#include "cli/manual.h"
#include "cli/misfits.h"
#include "cli/pt.h"
#include "cli/setup.h"
#include "cli/signal.h"
#include "cli/signal_check.h"
#include "cli/signal_list.h"
#include "cli/status.h"
#include "cli/user.h"
#include "cli/wipe.h"

namespace rozaneh::cli {
namespace {

constexpr const char* kAbout =
    "Carries traffic past network censors.\n\n"
    "  rozaneh bridge --egress open      on a server: prints a link to share\n"
    "  rozaneh client LINK               on your machine: a SOCKS5 and HTTP proxy that leads there\n"
    "  rozaneh signal --domain NAME      on a server: a proxy for Signal that looks like a web site\n"
    "  rozaneh pt                        in torrc, in place of obfs4proxy\n"
    "  rozaneh lab run CENSOR -- CMD     a program behind a documented censor\n";

struct Everything {
  CLI::App app{kAbout, "rozaneh"};
  BridgeSettings bridge;
  CertificateGetSettings certificate;
  ClientSettings client;
  ConfigSettings config;
  DoctorSettings doctor;
  SetupSettings setup;
  LinkSettings link;
  StatusSettings status;
  UserSettings user;
  WipeSettings wipe;
  PtSettings pt;
  SignalSettings signal;
  SignalSettings by_name;
  SignalCheckSettings signal_check;
  SignListSettings sign_list;
  LabSettings lab;
  LabClassifySettings lab_classify;
  LabMatrixSettings lab_matrix;
  LabProbeSettings lab_probe;
  LabReportSettings lab_report;
  ManualSettings manual;
  CLI::App* bridge_command = nullptr;
  CLI::App* by_name_command = nullptr;
  CLI::App* certificate_get_command = nullptr;
  CLI::App* certificate_show_command = nullptr;
  CLI::App* client_command = nullptr;
  ConfigCommands config_commands;
  CLI::App* doctor_command = nullptr;
  CLI::App* setup_command = nullptr;
  CLI::App* link_show_command = nullptr;
  CLI::App* status_command = nullptr;
  CLI::App* wipe_command = nullptr;
  CLI::App* pt_command = nullptr;
  CLI::App* signal_command = nullptr;
  CLI::App* signal_check_command = nullptr;
  CLI::App* sign_list_command = nullptr;
  CLI::App* lab_command = nullptr;
  CLI::App* lab_classify_command = nullptr;
  CLI::App* lab_probe_command = nullptr;
  CLI::App* lab_report_command = nullptr;
  CLI::App* manual_command = nullptr;
  UserCommands user_commands;
  CLI::App* user_command = nullptr;
  LabCommands lab_commands;
  LabMatrixCommands lab_matrix_commands;

  Everything() {
    app.require_subcommand(1);
    app.set_version_flag("--version", "rozaneh " ROZANEH_VERSION);
    bridge_command = app.add_subcommand("bridge", "Run a server that clients reach by a link");
    client_command = app.add_subcommand("client", "Offer a local proxy that leads through a bridge");
    config_commands = declare_config(
        *app.add_subcommand("config", "Look at configuration files, and at what comes of them"), config);
    setup_command = app.add_subcommand("setup", "Make a server of this machine, by three questions");
    declare(*setup_command, setup);
    doctor_command = app.add_subcommand("doctor", "Find what is wrong with this machine and its services");
    declare(*doctor_command, doctor);
    CLI::App* link_command = app.add_subcommand("link", "Look at links");
    link_command->require_subcommand(1);
    link_show_command = link_command->add_subcommand("show", "Print what stands in a link, and its QR code");
    pt_command = app.add_subcommand("pt", "Be a pluggable transport of Tor (started by tor)");
    signal_command = app.add_subcommand("signal", "Run a TLS proxy for Signal behind a web site");
    status_command = app.add_subcommand("status", "Say what the client on this machine does");
    user_command = app.add_subcommand("user", "Say who may use a bridge");
    user_commands = declare_user(*user_command, user);
    wipe_command = app.add_subcommand("wipe", "Remove all that is kept on this machine");
    CLI::App* certificate_command = app.add_subcommand("certificate", "Get certificates, and look at them");
    certificate_command->require_subcommand(1);
    certificate_get_command =
        certificate_command->add_subcommand("get", "Get what is missing or due from an authority");
    certificate_show_command = certificate_command->add_subcommand("show", "Show what is kept");
    declare(*certificate_get_command, certificate);
    declare_common(*certificate_show_command, certificate.common);
    declare(*bridge_command, bridge);
    by_name_command = bridge_command->add_subcommand(
        "by-name", "Lead TLS inside of TLS to the server that it names, behind a web site");
    declare(*by_name_command, by_name);
    declare(*client_command, client);
    declare(*link_show_command, link);
    declare(*pt_command, pt);
    declare(*signal_command, signal);
    signal_check_command = signal_command->add_subcommand("check", "Say whether such a proxy works");
    declare(*signal_check_command, signal_check);
    sign_list_command = signal_command->add_subcommand("sign-list", "Sign a list of names for other servers");
    declare(*sign_list_command, sign_list);
    declare(*status_command, status);
    declare(*wipe_command, wipe);
    lab_command = app.add_subcommand("lab", "Put programs behind documented censors");
    lab_commands = declare_lab(*lab_command, lab);
    lab_classify_command = lab_command->add_subcommand("classify", "Say what censors see in a capture");
    declare(*lab_classify_command, lab_classify);
    lab_matrix_commands = declare_lab_matrix(*lab_command, lab_matrix);
    lab_probe_command = lab_command->add_subcommand("probe", "Try a server as censors' probers did");
    declare(*lab_probe_command, lab_probe);
    lab_report_command = lab_command->add_subcommand("report", "Show what the matrix has found");
    declare(*lab_report_command, lab_report);
    manual_command = app.add_subcommand("manual", "Write the pages of the manual")->group("");
    declare(*manual_command, manual);
  }

  // The commands that take --config.
  std::vector<Configurable> configurable() {
    const auto at = [](std::string name, CLI::App* command, auto& settings) {
      return Configurable{std::move(name), command, &settings.common.config,
                          [&settings] { return misfits_of(settings); },
                          [&settings] { return needs_of(settings); }};
    };
    by_name.by_name = true;
    return {at("bridge", bridge_command, bridge), at("by-name", by_name_command, by_name),
            at("client", client_command, client), at("signal", signal_command, signal),
            at("certificate", certificate_get_command, certificate)};
  }
};

// The settings of one command, with what its configuration file adds, read anew at each call.
template <class Settings>
Result<Settings> read_again(const std::vector<std::string>& words, Settings Everything::* settings,
                            CLI::App* Everything::* command) {
  Everything everything;
  try {
    // CLI11 takes its words last first.
    everything.app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::ParseError& error) {
    return fail(SettingsError::value, error.what());
  }
  Settings& read = everything.*settings;
  auto applied = apply_config(*(everything.*command), read.common);
  if (!applied) return std::unexpected(applied.error());
  return std::move(read);
}

template <class Settings>
int run_with_config(const std::vector<std::string>& words, Settings Everything::* settings,
                    CLI::App* Everything::* command,
                    int (*run)(const Settings&, const std::function<Result<Settings>()>&)) {
  const auto again = [&] { return read_again(words, settings, command); };
  const auto first = again();
  if (!first) {
    std::cerr << "rozaneh: " << first.error().message() << '\n';
    return kUsage;
  }
  return run(*first, again);
}

int parse_failure(const Everything& everything, const CLI::ParseError& error) {
  return everything.app.exit(error) == 0 ? kOk : kUsage;
}

// Reads another command's words, which it does not run.
int show_config(const ConfigSettings& settings) {
  Everything shown;
  const std::vector<std::string>& words = settings.command;
  try {
    // CLI11 leaves the `--` among them.
    const std::size_t first = words.front() == "--" ? 1 : 0;
    shown.app.parse(
        std::vector<std::string>(words.rbegin(), words.rend() - static_cast<std::ptrdiff_t>(first)));
  } catch (const CLI::ParseError& error) {
    return parse_failure(shown, error);
  }
  const Configurable* found = nullptr;
  const auto commands = shown.configurable();
  for (const Configurable& each : commands)
    // That of a command below another one stands behind it.
    if (each.app->parsed()) found = &each;
  if (found != nullptr) return run_config_show(settings, *found);
  std::cerr << "rozaneh: config show is for commands that take --config: bridge, client, signal, ...\n";
  return kUsage;
}

// For who looks at several files: each is given to commands of its own.
class FreshCommands {
 public:
  std::vector<Configurable> operator()() {
    made_.push_back(std::make_shared<Everything>());
    return made_.back()->configurable();
  }

 private:
  std::vector<std::shared_ptr<Everything>> made_;  // shared: a std::function can be copied
};

int run(const std::vector<std::string>& given) {
  Everything everything;
  const std::vector<std::string> words = shield_shown_command(given);
  // No command like others: its words are a line that is not finished.
  if (!words.empty() && words.front() == "complete") {
    std::cout << complete(everything.app, std::span(words).subspan(1));
    return kOk;
  }
  try {
    everything.app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::ParseError& error) {
    return parse_failure(everything, error);
  }
  if (everything.by_name_command->parsed())
    return run_with_config(words, &Everything::by_name, &Everything::by_name_command, &run_by_name);
  if (everything.bridge_command->parsed())
    return run_with_config(words, &Everything::bridge, &Everything::bridge_command, &run_bridge);
  if (everything.certificate_get_command->parsed())
    return run_with_config(words, &Everything::certificate, &Everything::certificate_get_command,
                           &run_certificate_get);
  if (everything.certificate_show_command->parsed())
    return run_certificate_show(everything.certificate.common);
  if (everything.client_command->parsed())
    return run_with_config(words, &Everything::client, &Everything::client_command, &run_client);
  if (everything.config_commands.check->parsed()) {
    Everything checked;
    return run_config_check(everything.config, checked.configurable());
  }
  if (everything.config_commands.show->parsed()) return show_config(everything.config);
  if (everything.doctor_command->parsed()) return run_doctor(everything.doctor, FreshCommands());
  if (everything.setup_command->parsed()) return run_setup(everything.setup, FreshCommands());
  if (everything.link_show_command->parsed()) return run_link_show(everything.link);
  if (everything.signal_check_command->parsed()) return run_signal_check(everything.signal_check);
  if (everything.sign_list_command->parsed()) return run_sign_list(everything.sign_list);
  if (everything.signal_command->parsed())
    return run_with_config(words, &Everything::signal, &Everything::signal_command, &run_signal);
  if (everything.status_command->parsed()) return run_status(everything.status);
  if (everything.user_command->parsed()) return run_user(everything.user_commands, everything.user);
  if (everything.pt_command->parsed()) return run_pt(everything.pt);
  if (everything.lab_classify_command->parsed()) return run_lab_classify(everything.lab_classify);
  if (everything.lab_probe_command->parsed()) return run_lab_probe(everything.lab_probe);
  if (everything.lab_report_command->parsed()) return run_lab_report(everything.lab_report);
  if (everything.lab_matrix_commands.parsed())
    return run_lab_matrix(everything.lab_matrix_commands, everything.lab_matrix);
  if (everything.lab_command->parsed()) return run_lab(everything.lab_commands, everything.lab);
  if (everything.manual_command->parsed()) return run_manual(everything.app, everything.manual);
  return run_wipe(everything.wipe);
}

}  // namespace
}  // namespace rozaneh::cli

int main(int argc, char** argv) {
  try {
    const std::span<char*> all(argv, static_cast<std::size_t>(argc));
    if (all.empty()) return rozaneh::cli::kUsage;
    const bool under_tor = std::getenv("TOR_PT_MANAGED_TRANSPORT_VER") != nullptr;
    const std::vector<std::string> words(all.begin() + 1, all.end());
    return rozaneh::cli::run(rozaneh::cli::translate_pt_words(all.front(), words, under_tor));
  } catch (const std::exception& error) {
    std::cerr << "rozaneh: " << error.what() << '\n';
    return rozaneh::cli::kFailed;
  }
}
