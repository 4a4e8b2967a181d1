// What an authority answers (RFC 8555 section 7.1, RFC 7807, RFC 9773), read strictly: a member that should
// be there and is not, or is of another kind, too long, or no URL that we would follow, makes the answer a
// lie. Members that we do not use are passed over.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "front/acme/error.h"

namespace rozaneh::front::acme {

// Bytes of any answer. Chains come to 10 kB, orders of a hundred names to 20 kB.
inline constexpr std::size_t kLargestAnswer = 128 * 1024;
inline constexpr std::size_t kMostNames = 100;

using Time = std::chrono::sys_seconds;

struct Directory {
  std::string new_nonce, new_account, new_order;
  std::string renewal_info;                     // empty where it has none (RFC 9773)
  std::map<std::string, std::string> profiles;  // name and what it is, where it has some
  bool needs_external_account = false;
};

struct Problem {
  std::string type;    // "urn:ietf:params:acme:error:rateLimited", or empty
  std::string detail;  // for a person; printable ASCII, shortened
  // Whether it is this one of ACME's own: "badNonce".
  [[nodiscard]] bool is(std::string_view name) const;
  // "rateLimited: too many certificates"
  [[nodiscard]] std::string text() const;
};

enum class Status {
  pending,
  ready,
  processing,
  valid,
  invalid,
  gone
};  // gone: deactivated, expired, revoked

struct OrderDocument {
  Status status = Status::pending;
  std::vector<std::string> names;
  std::vector<std::string> authorizations;
  std::string finalize;
  std::string certificate;  // empty until it is there
  std::optional<Problem> error;
};

struct ChallengeDocument {
  std::string type, url, token;
  Status status = Status::pending;
  std::optional<Problem> error;
};

struct Authorization {
  Status status = Status::pending;
  std::string name;  // without "*."
  bool wildcard = false;
  std::vector<ChallengeDocument> challenges;
};

struct RenewalWindow {
  Time start, end;
};

Result<Directory> parse_directory(std::string_view json);
Result<OrderDocument> parse_order(std::string_view json);
Result<Authorization> parse_authorization(std::string_view json);
Result<RenewalWindow> parse_renewal_info(std::string_view json);
// What can be read of it: an error page of a web server in front has nothing.
Problem parse_problem(std::string_view json);

// Whether we would send a request there: https, or http where the host is this machine (for tests).
bool is_followed(std::string_view url);

// A host's name as we ask for it: lower case, at least two labels, perhaps "*." in front.
bool is_name(std::string_view name);

// Retry-After (RFC 9110 section 10.2.3): seconds, or a date; nothing if it is neither. Never negative.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view text, Time now);

// The addresses of a Link header (RFC 8288) whose relation is "alternate", in its order.
std::vector<std::string> parse_alternates(std::string_view link);

// "2026-01-02T03:04:05Z", with fractions (left out) or an offset (RFC 3339).
std::optional<Time> parse_timestamp(std::string_view text);

}  // namespace rozaneh::front::acme
