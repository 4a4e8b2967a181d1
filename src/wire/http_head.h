// The head of an HTTP/1.x message: a start line and fields, up to the empty line (RFC 9112 section 2).
//
// Small and strict instead of a library: Beast would bring Asio into a layer that does no I/O, for the sake
// of a message without a body. No folded lines, no bare line feeds, no control characters.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace rozaneh {

inline constexpr std::size_t kMaxHttpHead = 8 * 1024;  // the empty line included

enum class HttpError {
  malformed,
  too_long,
  method,
  target,
  credentials,
  credentials_refused,
  refused,
};

std::string_view layer_of(HttpError);
std::string_view describe(HttpError);

// All borrowed from the bytes that were parsed.
struct HttpHead {
  struct Field {
    std::string_view name;
    std::string_view value;  // without spaces around it
  };

  std::string_view start_line;
  std::vector<Field> fields;
  std::size_t size = 0;  // how many bytes the head takes

  // The first field of that name, upper and lower case alike.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
};

// The head at the start of `received`; nullopt: need more. Fails with HttpError::malformed or too_long.
Result<std::optional<HttpHead>> parse_http_head(Bytes received);

// Takes the text up to the next space off the front of `line`, and the space; all of it where there is none.
std::string_view take_http_word(std::string_view& line);

}  // namespace rozaneh
