#include "io/inheritance.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <charconv>
#include <cstdlib>
#include <optional>

#include "io/error.h"
#include "io/socket_address.h"

namespace rozaneh::io {
namespace {

constexpr int kMost = 1 << 20;

std::string taken_from_environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): there are no threads yet
  std::string text = value != nullptr ? value : "";
  unsetenv(name);  // NOLINT(concurrency-mt-unsafe): the same
  return text;
}

std::optional<int> number_of(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

int option_of(int descriptor, int option) {
  int value = 0;
  socklen_t size = sizeof value;
  return getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

}  // namespace

std::vector<Inherited> take_inherited() {
  const auto whose = number_of(taken_from_environment("LISTEN_PID"));
  const auto count = number_of(taken_from_environment("LISTEN_FDS"));
  const std::string names = taken_from_environment("LISTEN_FDNAMES");
  std::vector<Inherited> all;
  if (whose != getpid() || !count || *count < 0 || *count > kMost) return all;
  std::string_view rest = names;
  for (int i = 0; i < *count; ++i) {
    const std::string_view name = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
    const int descriptor = kFirstInherited + i;
    if (fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0) continue;  // there is none
    all.push_back({std::string(name), Descriptor(descriptor)});
  }
  return all;
}

Result<Endpoint> local_endpoint(int descriptor) {
  SocketAddress bound;
  if (getsockname(descriptor, bound.get(), &bound.size) != 0) return std::unexpected(from_errno(errno));
  const bool is_internet =
      option_of(descriptor, SO_DOMAIN) == AF_INET || option_of(descriptor, SO_DOMAIN) == AF_INET6;
  if (!is_internet || option_of(descriptor, SO_TYPE) != SOCK_STREAM)
    return fail(IoError::other, "no TCP socket");
  return to_endpoint(bound);
}

bool is_listening(int descriptor) { return option_of(descriptor, SO_ACCEPTCONN) == 1; }

std::uint64_t socket_name(int descriptor) {
  std::uint64_t name = 0;
  socklen_t size = sizeof name;
  return getsockopt(descriptor, SOL_SOCKET, SO_COOKIE, &name, &size) == 0 ? name : 0;
}

}  // namespace rozaneh::io
