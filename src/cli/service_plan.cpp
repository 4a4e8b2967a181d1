#include "cli/service_plan.h"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <sstream>

#include "base/address.h"
#include "cli/setup_files.h"
#include "io/error.h"
#include "io/file.h"
#include "io/state.h"

namespace rozaneh::cli {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kOfGroup = 0640;
constexpr mode_t kOfAll = 0644;

constexpr const char* kTorSettings =
    R"(# A bridge of Tor: /usr/share/doc/rozaneh/guides/tor.md. Tor reads this where its own torrc has the line
#     %include /etc/torrc.d/*.conf
BridgeRelay 1
ORPort 127.0.0.1:auto
ExtORPort auto
AssumeReachable 1
# On a port that Tor draws once and keeps.
ServerTransportPlugin obfs4 exec /usr/bin/rozaneh pt
)";

std::unexpected<Error> failure(const std::string& path) {
  return fail(io::IoError::file, fmt::format("{}: {}", path, io::from_errno(errno).message()));
}

}  // namespace

ServicePlan plan_bridge() {
  const std::string original(settings_template("bridge"));
  return {
      .file = "/etc/rozaneh/bridge.toml",
      .text = with_setting(original, "egress", "open"),
      .original = original,
      .unit = std::string(kBridgeUnit),
      .verb = "enable --now",
      .command = "rozaneh bridge --config /etc/rozaneh/bridge.toml",
      .where_link_is = "The bridge prints the link to share when it starts: journalctl -u rozaneh-bridge"};
}

ServicePlan plan_tor(std::string_view email) {
  std::string text = kTorSettings;
  if (!email.empty()) text += fmt::format("ContactInfo {}\n", email);
  return {.file = "/etc/torrc.d/rozaneh.conf",
          .text = text,
          .original = "",
          .unit = "tor@default",
          .verb = "restart",
          .command = "tor -f /etc/torrc.d/rozaneh.conf",
          .readable = true,
          .by_hand = {"echo '%include /etc/torrc.d/*.conf' >>/etc/tor/torrc",
                      "let AppArmor know: /usr/share/doc/rozaneh/guides/tor.md"},
          .where_link_is = "Tor's bridge line to share: /var/lib/tor/pt_state/obfs4_bridgeline.txt"};
}

ServicePlan plan_signal(std::string_view domain, std::string_view email) {
  const std::string original(settings_template("signal"));
  std::string text = with_setting(original, "domain", domain);
  if (!email.empty()) text = with_setting(text, "acme-contact", email);
  return {.file = "/etc/rozaneh/signal.toml",
          .text = text,
          .original = original,
          .unit = std::string(kSignalUnit),
          .verb = "enable --now",
          .command = "rozaneh signal --config /etc/rozaneh/signal.toml",
          .where_link_is = ""};
}

bool is_domain(std::string_view text) {
  return text.contains('.') && Target::from_host(text, 443).has_value() && !IpAddress::parse(text);
}

// What ends up in a file of settings is one word of it.
bool is_email(std::string_view text) {
  const auto at = text.find('@');
  const bool plain =
      std::ranges::all_of(text, [](char each) { return each > ' ' && each < '\x7f' && each != '#'; });
  return plain && at != std::string_view::npos && at > 0 && is_domain(text.substr(at + 1));
}

Result<> check_unchanged(const std::string& root, const ServicePlan& plan) {
  const std::string path = root + plan.file;
  std::error_code error;
  if (!fs::exists(path, error)) return {};
  const auto there = io::read_file(path);
  if (!there) return std::unexpected(there.error());
  const std::string_view text = text_of(*there);
  if (text == plan.original || text == plan.text) return {};
  return fail(io::IoError::file,
              fmt::format("{} was changed by somebody: --force replaces it, else nothing is written", path));
}

Result<> write_service(const std::string& root, const ServicePlan& plan) {
  const fs::path path = root + plan.file;
  const fs::path fresh = path.string() + ".new";
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  {
    const io::File file(fresh, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file.is_open() || !file.write_all(bytes_of(plan.text)) || !file.sync())
      return failure(fresh.string());
  }
  // The package gives the folder to root and the services' group.
  struct stat folder{};
  const bool known = stat(path.parent_path().c_str(), &folder) == 0;
  if (!known || (geteuid() == 0 && chown(fresh.c_str(), 0, folder.st_gid) != 0))
    return failure(fresh.string());
  if (chmod(fresh.c_str(), plan.readable ? kOfAll : kOfGroup) != 0 ||
      std::rename(fresh.c_str(), path.c_str()) != 0)
    return failure(path.string());
  return {};
}

// As sd_booted(3) knows.
bool has_systemd() { return fs::is_directory("/run/systemd/system"); }

bool run_systemctl(const ServicePlan& plan) {
  std::vector<std::string> words{"systemctl"};
  std::istringstream verb(plan.verb);
  for (std::string word; verb >> word;) words.push_back(word);
  words.push_back(plan.unit);
  std::vector<char*> list;
  list.reserve(words.size() + 1);
  for (std::string& word : words) list.push_back(word.data());
  list.push_back(nullptr);
  pid_t child = 0;
  if (posix_spawnp(&child, "systemctl", nullptr, nullptr, list.data(), environ) != 0) return false;
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace rozaneh::cli
