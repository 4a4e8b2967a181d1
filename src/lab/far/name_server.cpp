#include "lab/far/name_server.h"

#include "lab/far/datagrams.h"
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
  return answer_datagrams({at, kPort}, ready, [&v4, &v6](Bytes query) { return answer_to(query, v4, v6); });
}

}  // namespace rozaneh::lab
