// The facts that checks are made of, as this machine has them.
#pragma once

#include <filesystem>
#include <string>

#include "base/log.h"
#include "cli/doctor/machine.h"
#include "cli/doctor/service.h"

namespace rozaneh::doctor {

// All checks of the machine that need nothing but itself.
Findings examine_machine();

// Whether a port is free, and who has it. Connects to it where that is a program of ours.
PortFacts look_at_port(Log& log, const Endpoint& at);

// A folder and what is in it; empty where there is none.
std::vector<FileFacts> look_at_state(const std::filesystem::path& folder);

// How many name servers /etc/resolv.conf names.
std::size_t name_servers();

// Asks the system's name servers.
Result<std::vector<IpAddress>> ask_for_name(Log& log, const std::string& name);

// Asks "http://HOST[:PORT]" or "https://..." what time it is: the Date of its answer to HEAD. Nobody's
// certificate is checked, since that would need the time.
std::optional<std::chrono::sys_seconds> ask_for_time(Log& log, const std::string& url);

}  // namespace rozaneh::doctor
