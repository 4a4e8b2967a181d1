// One request as the site sees it, whichever version of HTTP carried it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rozaneh::site {

struct Field {
  std::string name;  // as it was written; lower case in HTTP/2
  std::string value;
};

// major * 10 + minor, as far as anybody cares.
enum class Version : std::uint8_t { http09 = 9, http10 = 10, http11 = 11, http2 = 20 };

// What the client wants of the connection after this request.
enum class Persistence : std::uint8_t { unsaid, close, keep };

struct Request {
  std::string method;
  std::string target;    // path and query as they were sent
  std::string path;      // decoded, without `.`, `..` and double slashes
  std::string query;     // behind the `?`, as it was sent
  std::string host;      // lower case, without port; from the target, else from the field
  std::string protocol;  // what an extended CONNECT asks for (RFC 8441 `:protocol`)
  std::vector<Field> fields;
  Version version = Version::http10;
  Persistence persistence = Persistence::unsaid;
  bool chunked = false;  // the body comes in chunks
  std::optional<std::uint64_t> content_length;

  // The first field of that name (given in lower case).
  [[nodiscard]] const std::string* get(std::string_view name) const;
  [[nodiscard]] bool has_body() const { return chunked || content_length.value_or(0) > 0; }
};

// Upper and lower case of ASCII alike.
bool same_name(std::string_view one, std::string_view other);
std::string lower_case(std::string_view text);

}  // namespace rozaneh::site
