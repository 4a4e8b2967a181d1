// What is answered, before it becomes the bytes of HTTP/1 or HTTP/2.
#pragma once

#include <ctime>
#include <memory>
#include <optional>
#include <vector>

#include "site/coming.h"
#include "site/request.h"
#include "site/shelf.h"

namespace rozaneh::site {

// A part of a body: a text, or a piece of the content.
struct Part {
  std::string text;
  std::uint64_t from = 0;
  std::uint64_t to = 0;
};

struct Answer {
  unsigned status = 200;  // as it is shown
  std::string words;      // the status line's text, where it is not nginx's own
  std::string type;       // Content-Type; empty: none
  std::optional<std::uint64_t> length;
  std::optional<std::time_t> modified;
  std::string location;       // a path of ours, which becomes an absolute URL
  std::vector<Field> fields;  // what follows, in order

  std::vector<Part> parts;
  std::unique_ptr<Content> content;
  std::shared_ptr<Coming> coming;  // in place of parts and content
  bool head_only = false;
  // Compressed on its way; how much goes in, for nginx chooses zlib's memory by it.
  std::optional<std::uint64_t> gzip_of;
  // To be preceded by "100 Continue" where the client waits for it.
  bool says_continue = false;

  [[nodiscard]] const Field* find(std::string_view name) const;
  void remove(std::string_view name);
};

// nginx's page for a status of 300 and above (or one of its own numbers, as in pages.h).
Answer error_answer(const Request& request, unsigned status);

// What nginx does to every answer on its way out: conditions, compression, ranges. `multipart` is the number
// for a boundary, in case one is needed.
void filter(const Request& request, Answer& answer, std::uint64_t multipart);

// Whether the answer's end is told by chunks in HTTP/1.1.
bool is_chunked(const Request& request, const Answer& answer);
// Whether the end is told by other means than that of the connection; nginx takes it so below 200, too.
bool tells_end(const Request& request, const Answer& answer);

}  // namespace rozaneh::site
