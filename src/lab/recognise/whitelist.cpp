#include "lab/recognise/whitelist.h"

#include <array>
#include <string_view>

#include "base/reader.h"

namespace rozaneh::lab {
namespace {

constexpr std::size_t kHead = 14;  // a length and a DNS header; more than HTTP's eight

bool is_http(std::string_view text) {
  constexpr std::array<std::string_view, 7> kMethods = {"GET",     "POST",   "HEAD", "CONNECT",
                                                        "OPTIONS", "DELETE", "PUT"};
  return text.size() >= 8 &&
         std::ranges::any_of(kMethods, [&](std::string_view method) { return text.starts_with(method); });
}

bool is_dns(Bytes head) {
  if (head.size() < kHead) return false;
  Reader reader(head);
  const std::uint16_t length = *reader.u16();
  (void)reader.u16();  // the id
  const std::uint16_t flags = *reader.u16();
  const std::uint16_t questions = *reader.u16();
  const std::uint16_t answers = *reader.u16();
  return length >= 12 && (flags & 0xf800U) == 0 && questions >= 1 && answers == 0;
}

}  // namespace

Admitted admit(Bytes first_payload, Bytes second_payload) {
  if (first_payload.empty() || second_payload.empty()) return Admitted::undecided;
  const Bytes first = first_payload.first(std::min(kHead, first_payload.size()));
  const Buffer head =
      concat(first, second_payload.first(std::min(kHead - first.size(), second_payload.size())));
  if (head[0] == 0x16) return Admitted::tls;
  if (is_http(text_of(head))) return Admitted::http;
  return is_dns(head) ? Admitted::dns : Admitted::none;
}

}  // namespace rozaneh::lab
