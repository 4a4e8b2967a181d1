#include "cli/user.h"

#include <algorithm>

#include "cli/exit_code.h"
#include "cli/give_up.h"
#include "cli/links.h"
#include "cli/qr.h"
#include "crypto/random.h"
#include "tunnel/users_file.h"
#include "wire/bridge_line.h"
#include "wire/link.h"

namespace rozaneh::cli {
namespace {

constexpr const char* kArgument = "user";
constexpr const char* kTakesEffect = "A bridge that runs takes that when it gets SIGHUP.";

void declare_users(CLI::App& app, UserSettings& settings) {
  app.add_option("--users", settings.users, "The file of users that the bridge is started with")
      ->type_name("FILE")
      ->required();
  app.add_flag("--json", settings.json, "One JSON object a line");
}

void declare_name(CLI::App& app, UserSettings& settings) {
  app.add_option("name", settings.name,
                 "1 to 64 letters, digits and .-_@; for you alone, it is not in the link")
      ->required();
}

// The bridge's links as they were given, or as it has left them in its state.
Result<std::vector<Way>> links_of_bridge(const UserSettings& settings) {
  if (!settings.link.empty()) return read_links(settings.link);
  const auto kept =
      (settings.state.empty() ? default_state_directory() : std::filesystem::path(settings.state)) /
      kBridgeLinks;
  std::error_code error;
  if (!std::filesystem::exists(kept, error)) return std::vector<Way>();
  return read_links({kept.string()});
}

// Those who reach one server with one name, as they stand: a link each, and a bridge line.
void show(const std::vector<Way>& ways, const std::string& credential, const UserSettings& settings,
          Console& console) {
  nlohmann::json links = nlohmann::json::array();
  nlohmann::json lines = nlohmann::json::array();
  for (Way way : ways) {
    way.arguments.add(kArgument, credential);
    if (const auto link = serialize_link({&way, 1})) links.push_back(*link);
    if (const auto line = serialize_bridge_line(way)) lines.push_back(*line);
  }
  console.event(
      "user_added", fmt::format("Added {}. {}", settings.name, kTakesEffect),
      {{"name", settings.name}, {kArgument, credential}, {"links", links}, {"bridge_lines", lines}});
  if (links.empty())
    return console.show(
        fmt::format("\nThe bridge's links are not here: put this behind each argument of one, for {} "
                    "alone:\n\n  &{}={}\n",
                    settings.name, kArgument, credential));
  console.show(fmt::format("\nThe link of {} alone; it cannot be shown again:\n", settings.name));
  for (const auto& link : links) console.show(fmt::format("  {}\n", link.get<std::string>()));
  if (settings.no_qr || !console.on_terminal()) return;
  if (const auto code = qr_code(links.front().get<std::string>())) console.show(*code);
}

Result<> add(const UserSettings& settings, Console& console) {
  if (!tunnel::is_user_name(settings.name))
    return fail(tunnel::UsersError::name,
                fmt::format("'{}': a name is 1 to 64 letters, digits and .-_@", settings.name));
  const auto ways = links_of_bridge(settings);
  if (!ways) return std::unexpected(ways.error());
  crypto::SystemRandom random;
  const tunnel::Credential credential = tunnel::make_credential(random);
  const tunnel::User user{.name = settings.name,
                          .hash = tunnel::hash_credential(credential.bytes()),
                          .sessions = settings.sessions};
  const auto changed = tunnel::change_users(
      settings.users, [&user](const tunnel::Users& users, std::string_view text) -> Result<std::string> {
        if (users.find_name(user.name) != nullptr)
          return fail(tunnel::UsersError::name, fmt::format("there is a user '{}' already", user.name));
        if (users.all().size() >= tunnel::kMostUsers)
          return fail(tunnel::UsersError::name,
                      fmt::format("there are {} users already", users.all().size()));
        const std::string_view end = text.empty() || text.ends_with('\n') ? "" : "\n";
        return fmt::format("{}{}{}", text, end, serialize_user(user));
      });
  if (!changed) return changed;
  show(*ways, tunnel::serialize_credential(credential), settings, console);
  return {};
}

Result<> remove(const UserSettings& settings, Console& console) {
  const auto changed = tunnel::change_users(
      settings.users, [&settings](const tunnel::Users& users, std::string_view text) -> Result<std::string> {
        if (users.find_name(settings.name) == nullptr)
          return fail(tunnel::UsersError::name, fmt::format("there is no user '{}'", settings.name));
        return tunnel::without_user(text, settings.name);
      });
  if (!changed) return changed;
  console.event("user_removed", fmt::format("Removed {}. {}", settings.name, kTakesEffect),
                {{"name", settings.name}});
  return {};
}

Result<> list(const UserSettings& settings, Console& console) {
  const auto users = tunnel::read_users(settings.users);
  if (!users) return std::unexpected(users.error());
  for (const tunnel::User& user : users->all()) {
    const std::string limit = user.sessions == 0 ? "" : fmt::format("  {} at once", user.sessions);
    console.event("user", user.name + limit, {{"name", user.name}, {"sessions", user.sessions}});
  }
  return {};
}

}  // namespace

UserCommands declare_user(CLI::App& app, UserSettings& settings) {
  app.require_subcommand(1);
  UserCommands commands;
  commands.add = app.add_subcommand("add", "Let somebody in: prints the link that is for them alone");
  declare_name(*commands.add, settings);
  commands.add->add_option(
      "link", settings.link,
      "The bridge's link, bridge line in quotes, or a file of them (default: what a bridge that "
      "was started with --users has left in its state directory)");
  declare_users(*commands.add, settings);
  commands.add
      ->add_option("--sessions", settings.sessions, "Sessions at once: programs or devices; 0: no limit")
      ->check(CLI::Range(std::size_t{0}, tunnel::kMostUserSessions))
      ->capture_default_str();
  commands.add
      ->add_option("--state", settings.state, "The bridge's state directory, if it is not the usual one")
      ->type_name("DIRECTORY");
  commands.add->add_flag("--no-qr", settings.no_qr,
                         "Print no QR code (there is none where the output is no terminal)");
  commands.list = app.add_subcommand("list", "Say who is let in");
  declare_users(*commands.list, settings);
  commands.remove = app.add_subcommand("remove", "Let somebody in no more");
  declare_name(*commands.remove, settings);
  declare_users(*commands.remove, settings);
  return commands;
}

int run_user(const UserCommands& commands, const UserSettings& settings) {
  Console console;
  console.configure({.json = settings.json});
  Result<> done;
  if (commands.add->parsed()) done = add(settings, console);
  if (commands.list->parsed()) done = list(settings, console);
  if (commands.remove->parsed()) done = remove(settings, console);
  if (done) return kOk;
  console.error("{}", done.error().message());
  return kUsage;
}

}  // namespace rozaneh::cli
