#include "lab/recognise/ssh.h"

namespace rozaneh::lab {
namespace {

constexpr std::size_t kMaxLine = 255;

// Whether `text` agrees with a form as far as both go; '#' stands for a digit.
bool agrees(std::string_view text, std::string_view form) {
  for (std::size_t i = 0; i < std::min(text.size(), form.size()); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (form[i] == '#' ? !digit : text[i] != form[i]) return false;
  }
  return true;
}

}  // namespace

Looks looks_like_ssh(Bytes stream) {
  const std::string_view text = text_of(stream);
  bool may_be = false;
  for (const std::string_view form : {"SSH-2.0-", "SSH-1.#-", "SSH-1.##-"}) {
    if (!agrees(text, form)) continue;
    if (text.size() >= form.size()) return Looks::yes;
    may_be = true;
  }
  return may_be ? Looks::more : Looks::no;
}

std::optional<std::string_view> ssh_identification(Bytes stream) {
  if (looks_like_ssh(stream) != Looks::yes) return std::nullopt;
  const std::string_view text = text_of(stream.first(std::min(stream.size(), kMaxLine)));
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view line = text.substr(0, end);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace rozaneh::lab
