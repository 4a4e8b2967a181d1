#include "lab/path/users.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "io/error.h"
#include "io/file.h"
#include "lab/path/words.h"

namespace rozaneh::lab {
namespace {

Result<> write_file(const std::string& path, std::string_view text) {
  const io::File file(path, O_WRONLY);
  if (!file.is_open() || !file.write_all(bytes_of(text)))
    return std::unexpected(io::from_errno(errno, fmt::format("write {}", path)));
  return {};
}

// The ranges of the caller's own map, each on itself.
std::string identity(const char* own_map) {
  std::ifstream file(own_map);
  std::string map;
  for (std::uint64_t inside = 0, outside = 0, count = 0; file >> inside >> outside >> count;)
    map += fmt::format("{} {} {}\n", inside, inside, count);
  return map;
}

struct Range {
  std::string first;
  std::string count;
};

// The user's range in a file with lines of NAME:FIRST:COUNT.
std::optional<Range> range_of(const char* path) {
  const passwd* user = getpwuid(getuid());  // NOLINT(concurrency-mt-unsafe): there is one thread
  std::ifstream file(path);
  for (std::string line; user != nullptr && std::getline(file, line);) {
    std::istringstream fields(line);
    std::string name;
    Range range;
    std::getline(fields, name, ':');
    std::getline(fields, range.first, ':');
    std::getline(fields, range.count);
    if ((name == user->pw_name || name == std::to_string(user->pw_uid)) && !range.count.empty()) return range;
  }
  return std::nullopt;
}

// newuidmap and newgidmap of Debian's uidmap may map what the user was granted.
bool map_range(const char* program, pid_t process, unsigned own, const Range& range) {
  std::vector<std::string> words{
      program, std::to_string(process), "0", std::to_string(own), "1", "1", range.first, range.count};
  const std::vector<char*> pointers = pointers_to(words);
  pid_t child = 0;
  if (posix_spawnp(&child, program, nullptr, nullptr, pointers.data(), environ) != 0) return false;
  int status = 0;
  return waitpid(child, &status, 0) == child && status == 0;
}

}  // namespace

Result<> map_users(pid_t process) {
  const std::string folder = fmt::format("/proc/{}/", process);
  if (geteuid() == 0) {
    const auto users = write_file(folder + "uid_map", identity("/proc/self/uid_map"));
    return users ? write_file(folder + "gid_map", identity("/proc/self/gid_map")) : users;
  }
  const auto users = range_of("/etc/subuid");
  const auto groups = range_of("/etc/subgid");
  if (users && groups && map_range("newuidmap", process, getuid(), *users) &&
      map_range("newgidmap", process, getgid(), *groups))
    return {};
  auto written = write_file(folder + "setgroups", "deny");
  if (written) written = write_file(folder + "uid_map", fmt::format("0 {} 1\n", getuid()));
  if (written) written = write_file(folder + "gid_map", fmt::format("0 {} 1\n", getgid()));
  return written;
}

}  // namespace rozaneh::lab
