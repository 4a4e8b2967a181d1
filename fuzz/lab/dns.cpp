// DNS messages over UDP and TCP; what is taken for a query can be answered with a forgery that is an answer.
#include "lab/recognise/dns.h"

#include "fuzz/lab/settles.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace rozaneh;
  const Bytes input(bytes, size);
  fuzz::require_settles(lab::looks_like_dns_over_tcp, input);
  (void)lab::parse_dns_over_tcp(input);
  const bool answers = lab::is_dns_response(input);
  fuzz::require(!answers || !lab::is_dns_query(input));
  if (!lab::is_dns_query(input)) return 0;
  const auto forged =
      lab::forge_dns_answer(input, {.addresses = {IpAddress(std::array<std::uint8_t, 4>{127, 0, 0, 1})}});
  fuzz::require(forged && lab::is_dns_response(*forged));
  fuzz::require(lab::parse_dns(*forged)->questions == lab::parse_dns(input)->questions);
  return 0;
}
