// Where a site's files are, seen through two questions. Paths are absolute, decoded and without `..`.
#pragma once

#include <ctime>
#include <memory>
#include <string_view>

#include "base/bytes.h"

namespace rozaneh::site {

// Bytes of known length that can be read at any place.
class Content {
 public:
  virtual ~Content() = default;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  [[nodiscard]] virtual std::time_t modified() const = 0;
  // Fills `into` from place `from` on; answers how much, 0 where nothing can be read (any more).
  virtual std::size_t read(std::uint64_t from, MutableBytes into) = 0;
};

class Shelf {
 public:
  // What a path leads to, symbolic links followed. `hidden`: something may be there, but not for us.
  enum class Kind : std::uint8_t { absent, hidden, folder, file, other };
  struct Opened {
    unsigned status = 404;  // 200, or the status that says why there is no content
    std::unique_ptr<Content> content;
  };

  virtual ~Shelf() = default;
  [[nodiscard]] virtual Kind look(std::string_view path) const = 0;
  // Only for what is a file.
  [[nodiscard]] virtual Opened open(std::string_view path) const = 0;
};

// The root folder with the page that Debian's nginx shows after installation, and nothing else.
std::unique_ptr<Shelf> default_shelf(std::time_t installed);

}  // namespace rozaneh::site
