// `rozaneh user add`, `list` and `remove`: who may use a bridge that was started with --users.
#pragma once

#include "cli/settings.h"

namespace rozaneh::cli {

struct UserSettings {
  std::string users;  // the file
  std::string name;
  std::size_t sessions = 0;       // at once; 0: no limit
  std::vector<std::string> link;  // of the bridge, or files of them; none: those in its state
  std::string state;
  bool json = false;
  bool no_qr = false;
};

struct UserCommands {
  CLI::App* add = nullptr;
  CLI::App* list = nullptr;
  CLI::App* remove = nullptr;
};

UserCommands declare_user(CLI::App& app, UserSettings& settings);
int run_user(const UserCommands& commands, const UserSettings& settings);

// The record of the links of a bridge that has users, for `user add`: written when it begins to listen.
inline constexpr const char* kBridgeLinks = "tunnel_links.txt";

}  // namespace rozaneh::cli
