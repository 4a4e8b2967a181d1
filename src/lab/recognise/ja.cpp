#include "lab/recognise/ja.h"

#include <array>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "crypto/md5.h"
#include "wire/tls/record.h"

namespace rozaneh::lab {
namespace {

using Numbers = std::vector<std::uint16_t>;

Numbers without_grease(const Numbers& numbers) {
  Numbers kept;
  std::ranges::copy_if(numbers, std::back_inserter(kept), [](auto each) { return !tls::is_grease(each); });
  return kept;
}

Numbers extension_types(const tls::ClientHello& hello) {
  Numbers types;
  for (const auto& extension : hello.extensions) types.push_back(extension.type);
  return without_grease(types);
}

std::string hex_of(std::uint16_t number) {
  const std::array<std::uint8_t, 2> bytes{static_cast<std::uint8_t>(number >> 8U),
                                          static_cast<std::uint8_t>(number)};
  return encode_hex(bytes);
}

template <class Write>
std::string joined(const Numbers& numbers, char between, Write write) {
  std::string text;
  for (const std::uint16_t number : numbers) {
    if (!text.empty()) text += between;
    text += write(number);
  }
  return text;
}

std::string decimals(const Numbers& numbers) {
  return joined(numbers, '-', [](std::uint16_t number) { return std::to_string(number); });
}

std::string hexes(const Numbers& numbers) { return joined(numbers, ',', hex_of); }

std::string_view ja4_version(std::uint16_t version) {
  switch (version) {
    case tls::kTls13:
      return "13";
    case tls::kTls12:
      return "12";
    case tls::kTls11:
      return "11";
    case tls::kTls10:
      return "10";
    case tls::kSsl3:
      return "s3";
    case 0x0002:
      return "s2";
    default:
      return "00";
  }
}

std::string two_digits(std::size_t count) {
  const std::string text = std::to_string(std::min<std::size_t>(count, 99));
  return count < 10 ? "0" + text : text;
}

bool is_alphanumeric(char letter) {
  return (letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= 'a' && letter <= 'z');
}

// First and last letter; of the hexadecimal form, where either is none.
std::string ja4_alpn(const std::vector<std::string>& alpn) {
  if (alpn.empty() || alpn.front().empty()) return "00";
  std::string name = alpn.front();
  if (!is_alphanumeric(name.front()) || !is_alphanumeric(name.back())) name = encode_hex(bytes_of(name));
  return {name.front(), name.back()};
}

std::string ja4_head(const tls::ClientHello& hello, HelloCarrier carrier) {
  std::string head(1, static_cast<char>(carrier));
  head += ja4_version(hello.newest_version());
  head += hello.has(tls::extension::kServerName) ? 'd' : 'i';
  head += two_digits(without_grease(hello.cipher_suites).size());
  head += two_digits(extension_types(hello).size());
  return head + ja4_alpn(hello.alpn);
}

std::string ja4_ciphers(const tls::ClientHello& hello) {
  Numbers ciphers = without_grease(hello.cipher_suites);
  std::ranges::sort(ciphers);
  return hexes(ciphers);
}

// Without the two extensions that the head tells of.
std::string ja4_extensions(const tls::ClientHello& hello) {
  Numbers types = extension_types(hello);
  std::erase_if(
      types, [](auto type) { return type == tls::extension::kServerName || type == tls::extension::kAlpn; });
  if (types.empty()) return {};
  std::ranges::sort(types);
  const Numbers algorithms = without_grease(hello.signature_algorithms);
  return hexes(types) + (algorithms.empty() ? "" : "_" + hexes(algorithms));
}

std::string ja4_hash(const std::string& list) {
  if (list.empty()) return "000000000000";
  return encode_hex(crypto::sha256(bytes_of(list))).substr(0, 12);
}

}  // namespace

std::string ja3_text(const tls::ClientHello& hello) {
  const Numbers formats(hello.point_formats.begin(), hello.point_formats.end());
  return std::to_string(hello.legacy_version) + "," + decimals(without_grease(hello.cipher_suites)) + "," +
         decimals(extension_types(hello)) + "," + decimals(without_grease(hello.supported_groups)) + "," +
         decimals(formats);
}

std::string ja3(const tls::ClientHello& hello) { return encode_hex(crypto::md5(bytes_of(ja3_text(hello)))); }

std::string ja4(const tls::ClientHello& hello, HelloCarrier carrier) {
  return ja4_head(hello, carrier) + "_" + ja4_hash(ja4_ciphers(hello)) + "_" +
         ja4_hash(ja4_extensions(hello));
}

std::string ja4_text(const tls::ClientHello& hello, HelloCarrier carrier) {
  return ja4_head(hello, carrier) + "_" + ja4_ciphers(hello) + "_" + ja4_extensions(hello);
}

}  // namespace rozaneh::lab
