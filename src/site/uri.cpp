#include "site/uri.h"

#include <fmt/format.h>

#include "site/request.h"

namespace rozaneh::site {
namespace {

std::optional<unsigned> hex_digit(char letter) {
  if (letter >= '0' && letter <= '9') return static_cast<unsigned>(letter - '0');
  const char low = static_cast<char>(letter | 0x20);
  if (low >= 'a' && low <= 'f') return static_cast<unsigned>(low - 'a' + 10);
  return std::nullopt;
}

// Takes one character, decoded, off the front of `text`; nullopt: no good %-sequence. `literal`: it came as
// %XX, so that it separates nothing although it is one of `%`, `#` and `?`.
struct Letter {
  char value = 0;
  bool literal = false;
};

std::optional<Letter> take(std::string_view& text) {
  const char first = text.front();
  text.remove_prefix(1);
  if (first != '%') return Letter{first, false};
  if (text.size() < 2) return std::nullopt;
  const auto high = hex_digit(text[0]);
  const auto low = hex_digit(text[1]);
  if (!high || !low || (*high == 0 && *low == 0)) return std::nullopt;
  text.remove_prefix(2);
  const char value = static_cast<char>(*high * 16 + *low);
  return Letter{value, value == '%' || value == '#' || value == '?'};
}

// Builds the path segment by segment.
class Path {
 public:
  void put(char letter) {
    if (letter == '/')
      slash();
    else
      path_ += letter;
  }
  // The last segment's dots count, too. False: above the root.
  bool end() { return fold(false); }
  [[nodiscard]] bool above_root() const { return above_root_; }
  std::string take() { return std::move(path_); }

 private:
  void slash() {
    if (path_.empty()) {
      path_ = "/";
      return;
    }
    above_root_ |= !fold(true);
  }
  // Takes a segment `.` or `..` away; else ends it by a slash where one stands there.
  bool fold(bool by_slash) {
    const std::size_t start = path_.rfind('/') + 1;
    const std::string_view segment = std::string_view(path_).substr(start);
    if (segment == ".") {
      path_.resize(start);
    } else if (segment == "..") {
      if (start < 2) return false;
      path_.resize(path_.rfind('/', start - 2) + 1);
    } else if (by_slash && !segment.empty()) {
      path_ += '/';
    }
    return true;
  }

  std::string path_;
  bool above_root_ = false;
};

bool is_plain(unsigned char letter) {
  if (letter <= 0x20 || letter >= 0x7f) return false;
  return std::string_view("\"#%<>?\\^`{|}").find(static_cast<char>(letter)) == std::string_view::npos;
}

}  // namespace

std::optional<Uri> resolve(std::string_view target) {
  Path path;
  if (target.starts_with('?')) path.put('/');
  while (!target.empty()) {
    const auto letter = take(target);
    if (!letter) return std::nullopt;
    if (!letter->literal && (letter->value == '#' || letter->value == '?')) {
      if (!path.end() || path.above_root()) return std::nullopt;
      const std::string_view query = letter->value == '?' ? target.substr(0, target.find('#')) : "";
      return Uri{path.take(), std::string(query)};
    }
    path.put(letter->value);
    if (path.above_root()) return std::nullopt;
  }
  if (!path.end()) return std::nullopt;
  return Uri{path.take(), {}};
}

std::string escape_path(std::string_view path) {
  std::string result;
  for (const char letter : path) {
    const auto value = static_cast<unsigned char>(letter);
    if (is_plain(value))
      result += letter;
    else
      result += fmt::format("%{:02X}", value);
  }
  return result;
}

std::string extension_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  const std::size_t dot = path.rfind('.');
  if (dot == std::string_view::npos || dot < 2 || (slash != std::string_view::npos && dot <= slash + 1))
    return {};
  return lower_case(path.substr(dot + 1));
}

std::optional<std::string> host_name(std::string_view host) {
  std::size_t size = host.size();
  std::size_t dot = host.size();
  bool literal = false;
  bool counted = false;  // the name's length is known; a port follows
  for (std::size_t i = 0; i < host.size(); ++i) {
    const char letter = host[i];
    const auto value = static_cast<unsigned char>(letter);
    if (letter == '.') {
      if (i > 0 && dot == i - 1) return std::nullopt;
      dot = i;
    } else if (letter == ':' && !literal && !counted) {
      size = i;
      counted = true;
    } else if (letter == '[' && i == 0) {
      literal = true;
    } else if (letter == ']' && literal && !counted) {
      size = i + 1;
      counted = true;
    } else if (letter == '/' || value <= 0x20 || value == 0x7f) {
      return std::nullopt;
    }
  }
  if (size > 0 && dot == size - 1) --size;
  if (size == 0) return std::nullopt;
  return lower_case(host.substr(0, size));
}

}  // namespace rozaneh::site
