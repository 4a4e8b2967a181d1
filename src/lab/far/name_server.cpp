#include "lab/far/name_server.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "io/error.h"
#include "lab/path/descriptor.h"
#include "lab/recognise/dns.h"

namespace rozaneh::lab {
namespace {

constexpr std::uint16_t kPort = 53;
constexpr unsigned kNoSuchName = 3;

std::optional<Buffer> answer_to(Bytes query, const IpAddress& v4, const IpAddress& v6) {
  if (!is_dns_query(query)) return std::nullopt;
  const auto message = parse_dns(query);
  if (!message || message->questions.empty()) return std::nullopt;
  const bool exists = !message->questions.front().name.ends_with(".invalid");
  DnsForgery answer;
  if (exists) answer.addresses = {v4, v6};
  answer.rcode = exists ? 0 : kNoSuchName;
  return forge_dns_answer(query, answer);
}

}  // namespace

Result<> serve_names(const IpAddress& at, const IpAddress& v4, const IpAddress& v6,
                     const std::function<void()>& ready) {
  const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in local{};
  local.sin_family = AF_INET;
  local.sin_port = htons(kPort);
  std::memcpy(&local.sin_addr, at.v4().data(), sizeof local.sin_addr);
  if (!socket.is_open() ||
      bind(socket.number(), reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0)
    return std::unexpected(io::from_errno(errno, "listen for DNS queries"));
  ready();
  for (;;) {
    std::array<std::uint8_t, 4096> query{};
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    const ssize_t count =
        recvfrom(socket.number(), query.data(), query.size(), 0, reinterpret_cast<sockaddr*>(&peer), &size);
    if (count < 0 && errno != EINTR) return std::unexpected(io::from_errno(errno, "receive DNS queries"));
    if (count <= 0) continue;
    if (const auto answer = answer_to(Bytes(query).first(static_cast<std::size_t>(count)), v4, v6))
      (void)sendto(socket.number(), answer->data(), answer->size(), 0,
                   reinterpret_cast<const sockaddr*>(&peer), size);
  }
}

}  // namespace rozaneh::lab
