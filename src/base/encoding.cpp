#include "base/encoding.h"

namespace rozaneh {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

// All three forms cut the same bit string into digits of 4, 6 or 5 bits.
template <unsigned kBits>
std::string encode(Bytes bytes, std::string_view alphabet) {
  std::string text;
  text.reserve((bytes.size() * 8 + kBits - 1) / kBits);
  std::uint32_t pending = 0;
  unsigned have = 0;
  for (std::uint8_t byte : bytes) {
    pending = pending << 8U | byte;
    for (have += 8; have >= kBits; have -= kBits)
      text += alphabet[pending >> (have - kBits) & ((1U << kBits) - 1)];
  }
  if (have > 0) text += alphabet[pending << (kBits - have) & ((1U << kBits) - 1)];
  return text;
}

template <unsigned kBits>
std::optional<Buffer> decode(std::string_view text, std::string_view alphabet) {
  Buffer bytes;
  bytes.reserve(text.size() * kBits / 8);
  std::uint32_t pending = 0;
  unsigned have = 0;
  for (char c : text) {
    const auto digit = alphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    pending = pending << kBits | static_cast<std::uint32_t>(digit);
    have += kBits;
    if (have < 8) continue;
    have -= 8;
    bytes.push_back(static_cast<std::uint8_t>(pending >> have));
  }
  const bool whole_digit_unused = have >= kBits;
  const bool stray_bits = (pending & ((1U << have) - 1)) != 0;
  if (whole_digit_unused || stray_bits) return std::nullopt;
  return bytes;
}

// Takes the `=` that fill the last group up to `group` characters, all of them or none.
std::optional<std::string_view> without_padding(std::string_view text, std::size_t group) {
  const auto end = text.find('=');
  if (end == std::string_view::npos) return text;
  const bool exact = text.size() % group == 0 && text.size() - end < group &&
                     text.find_first_not_of('=', end) == std::string_view::npos;
  if (!exact) return std::nullopt;
  return text.substr(0, end);
}

std::string upper(std::string_view text) {
  std::string out{text};
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

}  // namespace

std::string encode_hex(Bytes bytes) { return encode<4>(bytes, kHex); }
std::optional<Buffer> decode_hex(std::string_view text) { return decode<4>(lower(text), kHex); }

std::string encode_base64(Bytes bytes) { return encode<6>(bytes, kBase64); }
std::optional<Buffer> decode_base64(std::string_view text) {
  const auto digits = without_padding(text, 4);
  if (!digits) return std::nullopt;
  return decode<6>(*digits, kBase64);
}

std::string encode_base64url(Bytes bytes) { return encode<6>(bytes, kBase64Url); }
std::optional<Buffer> decode_base64url(std::string_view text) { return decode<6>(text, kBase64Url); }

std::string encode_base32(Bytes bytes) { return encode<5>(bytes, kBase32); }
std::optional<Buffer> decode_base32(std::string_view text) {
  const auto digits = without_padding(text, 8);
  if (!digits) return std::nullopt;
  return decode<5>(upper(*digits), kBase32);
}

}  // namespace rozaneh
