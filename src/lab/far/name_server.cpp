#include "lab/far/name_server.h"

#include "lab/far/datagrams.h"
#include "lab/recognise/dns.h"

namespace rozaneh::lab {
namespace {

constexpr std::uint16_t kPort = 53;
constexpr unsigned kNoSuchName = 3;

std::optional<Buffer> answer_to(Bytes query, const NamedHost& web, const NamedHost& bridge) {
  if (!is_dns_query(query)) return std::nullopt;
  const auto message = parse_dns(query);
  if (!message || message->questions.empty()) return std::nullopt;
  const std::string& name = message->questions.front().name;
  const bool exists = !name.ends_with(".invalid");
  const NamedHost& host = name.starts_with("bridge.") ? bridge : web;
  DnsForgery answer;
  if (exists) answer.addresses = {host.v4, host.v6};
  answer.rcode = exists ? 0 : kNoSuchName;
  return forge_dns_answer(query, answer);
}

}  // namespace

Result<> serve_names(const IpAddress& at, const NamedHost& web, const NamedHost& bridge,
                     const std::function<void()>& ready) {
  return answer_datagrams({at, kPort}, ready,
                          [&web, &bridge](Bytes query) { return answer_to(query, web, bridge); });
}

}  // namespace rozaneh::lab
