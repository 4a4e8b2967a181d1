#include "cli/man_page.h"

#include <fmt/format.h>

#include <cctype>

#include "cli/option_words.h"

namespace rozaneh::cli {
namespace {

// exit_code.h, as docs/usage.md says it.
constexpr std::string_view kExitStatus = R"(.SH EXIT STATUS
.TP
.B 0
Done, or ended by a signal in good order.
.TP
.B 1
It could not be done: a port is taken, a file cannot be written.
.TP
.B 2
The command line, the configuration or a link is wrong.
.TP
.B 3
\fBrozaneh client \-\-check\fR: no server could be reached;
\fBrozaneh signal check\fR: the proxy does not work.
.PP
\fBrozaneh doctor\fR ends with 1 where there are warnings, and with 2 where something will not work.
\fBrozaneh lab run\fR ends as the command that it runs.
)";

constexpr std::string_view kStateFiles = R"(.TP
.I $STATE_DIRECTORY, $XDG_STATE_HOME/rozaneh, \(ti/.local/state/rozaneh
The first of these that there is keeps keys, links, certificates and what a client has learnt; \fB\-\-state\fR
names another place.
)";

constexpr std::string_view kConfiguration = R"(.PP
Settings may stand in a TOML file, too (\fB\-\-config\fR): its keys are the long names of the options, an option
that may be given several times takes a list, and one without a value takes true.
What stands on the command line wins.
SIGHUP reads the file again; what is wrong in it leaves the settings as they were.
)";

// Text as roff takes it for what it is; `quoted` by backticks is bold, as commands are.
std::string escape(std::string_view text) {
  std::string roff;
  bool bold = false;
  for (const char each : text) {
    if (each == '`')
      roff += (bold = !bold) ? "\\fB" : "\\fR";
    else if (each == '\\')
      roff += "\\e";
    else if (each == '-')
      roff += "\\-";
    else if (each == '\'')
      roff += "\\(aq";
    else if (each == '~')
      roff += "\\(ti";
    else if (each == '^')
      roff += "\\(ha";
    else
      roff += each;
  }
  // At the beginning of a line a dot would be a request.
  return roff.starts_with('.') ? "\\&" + roff : roff;
}

std::string bold(std::string_view text) { return fmt::format("\\fB{}\\fR", escape(text)); }
std::string italic(std::string_view text) { return fmt::format("\\fI{}\\fR", escape(text)); }

std::string sentence(std::string_view text) { return escape(text) + (text.ends_with('.') ? "" : "."); }

std::vector<const CLI::Option*> flags_of(const CLI::App& command) {
  return command.get_options(
      [](const CLI::Option* option) { return option->nonpositional() && !option->get_group().empty(); });
}

std::vector<const CLI::Option*> positionals_of(const CLI::App& command) {
  return command.get_options([](const CLI::Option* option) { return option->get_positional(); });
}

bool has_option(const CLI::App& command, const char* name) {
  return command.get_option_no_throw(name) != nullptr;
}

bool takes_several(const CLI::Option& option) { return option.get_items_expected_max() > 1; }

std::string positional(const CLI::Option& option) {
  const std::string name = italic(option.get_name(true)) + (takes_several(option) ? " ..." : "");
  return option.get_required() ? name : fmt::format("[{}]", name);
}

// NAME: what the command does in half a sentence.
std::string name(const CLI::App& command) {
  const std::string about = command.get_description();
  std::string first = about.substr(0, about.find('\n'));
  if (first.ends_with('.')) first.pop_back();
  first.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(first.front())));
  return fmt::format(".SH NAME\n{} \\- {}\n", escape(full_name(command, "-")), escape(first));
}

std::string synopsis(const CLI::App& command) {
  std::string text = fmt::format(".SH SYNOPSIS\n{}", bold(full_name(command, " ")));
  // The help is on every command; it makes none take options.
  text += fmt::format(" [{}]", italic("OPTIONS"));
  for (const CLI::Option* option : positionals_of(command)) text += " " + positional(*option);
  for (const CLI::Option* option : flags_of(command))
    if (option->get_required())
      text += fmt::format(" {} {}", bold("--" + option->get_lnames().front()), italic(value_of(*option)));
  text += '\n';
  for (const CLI::App* each : visible_commands(command))
    text += fmt::format(".br\n{} ...\n", bold(full_name(*each, " ")));
  return text;
}

// The first line is a sentence; what follows it stands as it was written.
std::string description(const CLI::App& command) {
  const std::string about = command.get_description();
  const auto end = about.find('\n');
  std::string text = fmt::format(".SH DESCRIPTION\n{}\n", sentence(about.substr(0, end)));
  if (end != std::string::npos)
    text += fmt::format(".PP\n.nf\n{}\n.fi\n", escape(about.substr(about.find_first_not_of('\n', end))));
  if (has_option(command, "--config")) text += kConfiguration;
  return text;
}

std::string commands(const CLI::App& command) {
  const auto all = visible_commands(command);
  if (all.empty()) return {};
  std::string text = ".SH COMMANDS\n";
  for (const CLI::App* each : all)
    text += fmt::format(".TP\n{}(1)\n{}\n", bold(full_name(*each, "-")), sentence(each->get_description()));
  return text;
}

std::string names_of(const CLI::Option& option) {
  if (!option.nonpositional()) return positional(option);
  std::string names;
  for (const std::string& each : option.get_snames()) names += bold("-" + each) + ", ";
  for (const std::string& each : option.get_lnames()) names += bold("--" + each) + ", ";
  names.resize(names.size() - 2);
  const std::string value = value_of(option);
  return value.empty() ? names : fmt::format("{} {}", names, italic(value));
}

std::string option_entry(const CLI::Option& option) {
  std::string text = fmt::format(".TP\n{}\n{}\n", names_of(option), sentence(option.get_description()));
  if (const std::string range = range_of(option); !range.empty())
    text += fmt::format("Valid is {}.\n", escape(range));
  // CLI11 puts lists in brackets.
  std::string value = option.get_default_str();
  if (value.starts_with('[') && value.ends_with(']')) value = value.substr(1, value.size() - 2);
  if (!value.empty()) text += fmt::format("Default: {}.\n", bold(value));
  return text;
}

std::string options(const CLI::App& command) {
  std::string text = ".SH OPTIONS\n";
  for (const CLI::Option* option : positionals_of(command))
    if (!option->nonpositional()) text += option_entry(*option);
  for (const CLI::Option* option : flags_of(command)) text += option_entry(*option);
  return text;
}

std::string files(const CLI::App& command) {
  if (!has_option(command, "--state")) return {};
  std::string text = fmt::format(".SH FILES\n{}", kStateFiles);
  if (has_option(command, "--config"))
    text += ".TP\n.I /etc/rozaneh/\nThe settings of the services that Debian's package brings along.\n";
  return text;
}

// The commands around it, and what says more than options can.
std::string see_also(const CLI::App& command) {
  std::vector<std::string> pages;
  const auto add = [&pages](const CLI::App& each) {
    pages.push_back(fmt::format(".BR {} (1)", escape(full_name(each, "-"))));
  };
  if (const CLI::App* parent = command.get_parent()) {
    add(*parent);
    for (const CLI::App* each : visible_commands(*parent))
      if (each != &command) add(*each);
  }
  for (const CLI::App* each : visible_commands(command)) add(*each);
  return fmt::format(".SH SEE ALSO\n{}\n.PP\nThe guides, in\n.I /usr/share/doc/rozaneh/guides\n",
                     fmt::join(pages, ",\n"));
}

std::string upper(std::string text) {
  for (char& each : text) each = static_cast<char>(std::toupper(static_cast<unsigned char>(each)));
  return text;
}

}  // namespace

std::string man_page(const CLI::App& command, std::string_view date) {
  return fmt::format(".TH {} 1 {} \"rozaneh {}\" \"User Commands\"\n", upper(escape(full_name(command, "-"))),
                     date, ROZANEH_VERSION) +
         name(command) + synopsis(command) + description(command) + commands(command) + options(command) +
         std::string(kExitStatus) + files(command) + see_also(command);
}

}  // namespace rozaneh::cli
