#include "lab/report/text.h"

#include <algorithm>

namespace rozaneh::lab {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// Whether a byte begins a character of UTF-8.
bool begins(char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; }

std::size_t length_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, &begins));
}

// The first `count` characters.
std::string_view first(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; at < text.size(); ++at)
    if (begins(text[at]) && count-- == 0) break;
  return text.substr(0, at);
}

// In one line and without control characters; what both forms take for markup is an entity, and `put` adds
// the rest.
template <class Put>
std::string escape(std::string_view text, const Put& put) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '\n' || c == '\t') {
      out += ' ';
    } else if (is_control(c)) {
      out += '?';
    } else {
      put(c, out);
    }
  }
  return out;
}

}  // namespace

std::string escape_html(std::string_view text) {
  return escape(text, [](char c, std::string& out) {
    if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (c == '\'') {
      out += "&#39;";
    } else {
      out += c;
    }
  });
}

std::string escape_markdown(std::string_view text) {
  constexpr std::string_view kMarkup = "\\`*_{}[]>()#+!|~$@";
  return escape(text, [kMarkup](char c, std::string& out) {
    if (kMarkup.contains(c)) out += '\\';
    out += c;
  });
}

bool is_web_address(std::string_view url) {
  constexpr std::string_view kForbidden = "\"'<>()[]{}|\\^` ";
  if (!url.starts_with("https://") && !url.starts_with("http://")) return false;
  return std::ranges::all_of(
      url, [kForbidden](char c) { return c > 0x20 && c < 0x7f && !kForbidden.contains(c); });
}

std::string slug_of(std::string_view id, std::size_t number) {
  constexpr std::string_view kFits = "abcdefghijklmnopqrstuvwxyz0123456789-.";
  const bool fits = !id.empty() && id.size() <= 60 && id.find_first_not_of(kFits) == std::string_view::npos;
  return fits ? std::string(id) : "_" + std::to_string(number);
}

std::string heading_address(std::string_view slug) {
  std::string out(slug);
  std::erase(out, '.');
  return out;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (length_of(text) > width) {
    const std::string_view line = first(text, width + 1);
    const auto space = line.rfind(' ');
    const bool breaks = space != std::string_view::npos && space > 0;
    const std::string_view taken = breaks ? line.substr(0, space) : first(text, width);
    lines.emplace_back(taken);
    text.remove_prefix(taken.size() + (breaks ? 1 : 0));
  }
  if (!text.empty()) lines.emplace_back(text);
  return lines;
}

std::string shorten(std::string_view text, std::size_t most) {
  if (length_of(text) <= most) return std::string(text);
  return std::string(first(text, most - 1)) + "…";
}

}  // namespace rozaneh::lab
