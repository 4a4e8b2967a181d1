#include "wire/way.h"

#include <algorithm>

#include "base/encoding.h"

namespace rozaneh {
namespace {

constexpr std::size_t kMaxTransportName = 32;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_word_character(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; }

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

bool is_transport_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxTransportName &&
         (is_letter(text.front()) || text.front() == '_') && std::ranges::all_of(text, is_word_character);
}

std::optional<Fingerprint> parse_fingerprint(std::string_view text) {
  const auto bytes = decode_hex(text);
  Fingerprint fingerprint{};
  if (!bytes || bytes->size() != fingerprint.size()) return std::nullopt;
  copy(fingerprint, *bytes);
  return fingerprint;
}

std::string serialize_fingerprint(const Fingerprint& fingerprint) {
  auto text = encode_hex(fingerprint);
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
  return text;
}

bool is_argument(const Argument& argument) {
  return !argument.name.empty() &&
         std::ranges::all_of(argument.name, [](char c) { return is_word_character(c) || c == '-'; }) &&
         std::ranges::none_of(argument.value, is_control);
}

std::string_view layer_of(LinkError) { return "link"; }

std::string_view describe(LinkError error) {
  switch (error) {
    case LinkError::scheme:
      return "this is neither a rozaneh:// link nor a bridge line";
    case LinkError::too_long:
      return "too long";
    case LinkError::newer:
      return "made for a newer version of this program";
    case LinkError::server:
      return "the server must be HOST:PORT (in a bridge line IP:PORT)";
    case LinkError::transport:
      return "the transport's name is missing or malformed";
    case LinkError::argument:
      return "an argument is not NAME=VALUE";
    case LinkError::fingerprint:
      return "a fingerprint must have 40 hexadecimal digits";
    case LinkError::name:
      return "the name must be UTF-8 of at most 64 bytes without control characters";
    case LinkError::servers_differ:
      return "one link leads to one server under one name";
    case LinkError::empty:
      return "no link and no bridge line in it";
  }
  return "unknown failure";
}

}  // namespace rozaneh
