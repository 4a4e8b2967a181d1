// DNS messages (RFC 1035), over UDP and TCP: what a query asks, what an answer says, and forged answers.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "lab/recognise/looks.h"

namespace rozaneh::lab {

inline constexpr std::uint16_t kDnsA = 1;
inline constexpr std::uint16_t kDnsAaaa = 28;
inline constexpr std::uint16_t kDnsHttps = 65;

struct DnsQuestion {
  std::string
      name;  // "example.org", without the last dot; other bytes than printable ones, and dots, as \DDD
  std::uint16_t type = 0;
  std::uint16_t klass = 0;  // 1: IN

  bool operator==(const DnsQuestion&) const = default;
};

struct DnsMessage {
  std::uint16_t id = 0;
  bool is_response = false;
  unsigned opcode = 0;  // 0: query
  unsigned rcode = 0;   // 0: no error, 3: no such name
  bool is_truncated = false;
  std::vector<DnsQuestion> questions;  // at most 4
  std::vector<IpAddress> addresses;    // of the A and AAAA records among the answers, at most 64
  std::size_t question_end = 0;        // where in the message the questions end
};

// nullopt: not a whole message, or none. Every record is walked; bytes behind the last are taken (padding is
// seen on the wire). A name is at most 255 bytes, and its pointers lead backwards only.
std::optional<DnsMessage> parse_dns(Bytes message);

// Whether a datagram is a query: opcode 0, one question of class IN, CH, HS or any, no answers, and nothing
// behind.
bool is_dns_query(Bytes datagram);
// Whether a datagram is an answer to one question.
bool is_dns_response(Bytes datagram);

// Over TCP each message follows its length in two bytes (RFC 1035 section 4.2.2; RFC 7766). Whether a
// client's stream begins with a query; told from the first 14 bytes, when the question is whole, `no` as soon
// as they cannot be one.
Looks looks_like_dns_over_tcp(Bytes up);
// The first whole message of a stream.
std::optional<DnsMessage> parse_dns_over_tcp(Bytes stream);

// A forged answer to `query` (a message that parse_dns takes): its id and question, and one record for each
// address whose kind was asked for. `rcode` 3 says that there is no such name. nullopt: there is no question.
struct DnsForgery {
  std::vector<IpAddress> addresses = {};
  unsigned rcode = 0;
  std::uint32_t ttl = 60;  // seconds
};
std::optional<Buffer> forge_dns_answer(Bytes query, const DnsForgery& forgery);

}  // namespace rozaneh::lab
