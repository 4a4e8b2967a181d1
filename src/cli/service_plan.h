// What it takes to offer one thing on a machine: a file of settings, and a unit that runs with it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace rozaneh::cli {

inline constexpr std::string_view kBridgeUnit = "rozaneh-bridge";
inline constexpr std::string_view kSignalUnit = "rozaneh-signal";
inline constexpr const char* kBridgeState = "/var/lib/rozaneh/bridge";  // as the unit has it
inline constexpr const char* kTorState = "/var/lib/tor/pt_state";

struct ServicePlan {
  std::string file;  // where it goes, below the root
  std::string text;
  std::string original;  // what the package puts there; empty: nothing
  std::string unit;
  std::string verb;                    // "enable --now"
  std::string command;                 // the same without systemd
  bool readable = false;               // for others than its group too
  std::vector<std::string> by_hand{};  // what is left to a person, for it changes files of other packages
  std::string where_link_is;
};

ServicePlan plan_bridge();
ServicePlan plan_tor(std::string_view email);
ServicePlan plan_signal(std::string_view domain, std::string_view email);

bool is_domain(std::string_view text);
bool is_email(std::string_view text);

// Fails where the file is there and neither the package's nor what would be written.
Result<> check_unchanged(const std::string& root, const ServicePlan& plan);

// Whole or not at all; a file that is not `readable` is for root and the group of its folder alone.
Result<> write_service(const std::string& root, const ServicePlan& plan);

bool has_systemd();

// Whether it has done what the plan says; its words go where ours go.
bool run_systemctl(const ServicePlan& plan);

}  // namespace rozaneh::cli
