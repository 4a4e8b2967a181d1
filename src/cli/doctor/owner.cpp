#include "cli/doctor/owner.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace rozaneh::doctor {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kListening = "0A";  // TCP_LISTEN, in include/net/tcp_states.h

// The sockets that listen there, as /proc/PID/fd names them: "socket:[12345]".
void add_sockets(const char* table, std::uint16_t port, std::set<std::string>& sockets) {
  std::ifstream file(table);
  const std::string end = fmt::format(":{:04X}", port);
  std::string line;
  std::getline(file, line);  // the columns' names
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string number, local, remote, state, queues, timer, retransmits, user, timeout, inode;
    words >> number >> local >> remote >> state >> queues >> timer >> retransmits >> user >> timeout >> inode;
    if (local.ends_with(end) && state == kListening) sockets.insert(fmt::format("socket:[{}]", inode));
  }
}

bool holds_one(const fs::path& process, const std::set<std::string>& sockets) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(process / "fd", error))
    if (sockets.contains(fs::read_symlink(entry.path(), error).string())) return true;
  return false;
}

}  // namespace

std::optional<Owner> owner_of_port(std::uint16_t port) {
  std::set<std::string> sockets;
  add_sockets("/proc/net/tcp", port, sockets);
  add_sockets("/proc/net/tcp6", port, sockets);
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename().string();
    if (!std::ranges::all_of(name, [](char each) { return each >= '0' && each <= '9'; })) continue;
    if (!holds_one(entry.path(), sockets)) continue;
    std::ifstream file(entry.path() / "comm");
    Owner owner{.program = "", .process = std::stoi(name)};
    std::getline(file, owner.program);
    return owner;
  }
  return std::nullopt;
}

}  // namespace rozaneh::doctor
