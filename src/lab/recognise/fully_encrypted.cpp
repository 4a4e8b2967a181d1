#include "lab/recognise/fully_encrypted.h"

#include <algorithm>
#include <array>

#include "lab/recognise/entropy.h"

namespace rozaneh::lab {
namespace {

constexpr std::size_t kPrintableStart = 6;

// In tenths, so that no rounding of a quotient decides.
bool has_skewed_bits(Bytes payload) {
  const std::size_t bits = bits_set(payload) * 10;
  return bits <= payload.size() * 34 || bits >= payload.size() * 46;
}

bool starts_printable(Bytes payload, FullyEncryptedRule rule) {
  if (payload.size() < kPrintableStart && rule != FullyEncryptedRule::ndpi) return false;
  return std::ranges::all_of(payload.first(std::min(payload.size(), kPrintableStart)), is_printable);
}

std::size_t longest_run(Bytes payload) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const std::uint8_t byte : payload) {
    run = is_printable(byte) ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

bool starts_as_tls(Bytes payload) {
  return payload.size() >= 3 && (payload[0] == 0x16 || payload[0] == 0x17) && payload[1] == 3 &&
         payload[2] <= 9;
}

template <std::size_t kCount>
bool starts_with_any(Bytes payload, const std::array<std::string_view, kCount>& words) {
  const auto text = text_of(payload);
  return std::ranges::any_of(words, [&](std::string_view word) { return text.starts_with(word); });
}

bool starts_as_protocol(Bytes payload, FullyEncryptedRule rule) {
  constexpr std::array<std::string_view, 4> kVerbs = {"GET ", "PUT ", "POST ", "HEAD "};
  constexpr std::array<std::string_view, 9> kLetters = {"GET", "HEA", "POS", "PUT", "DEL",
                                                        "CON", "OPT", "TRA", "PAT"};
  switch (rule) {
    case FullyEncryptedRule::paper:
      return starts_as_tls(payload) || starts_with_any(payload, kVerbs);
    case FullyEncryptedRule::opengfw:
      return starts_as_tls(payload) || starts_with_any(payload, kLetters);
    case FullyEncryptedRule::ndpi:
      return false;
  }
  return false;
}

}  // namespace

std::string_view name_of(Exemption exemption) {
  switch (exemption) {
    case Exemption::bits:
      return "bits";
    case Exemption::printable_start:
      return "printable-start";
    case Exemption::printable_share:
      return "printable-share";
    case Exemption::printable_run:
      return "printable-run";
    case Exemption::protocol:
      return "protocol";
  }
  return "";
}

std::optional<Exemption> exemption_of(Bytes first_payload, FullyEncryptedRule rule) {
  if (has_skewed_bits(first_payload)) return Exemption::bits;
  if (starts_printable(first_payload, rule)) return Exemption::printable_start;
  const auto printable = static_cast<std::size_t>(std::ranges::count_if(first_payload, is_printable));
  if (printable * 2 > first_payload.size()) return Exemption::printable_share;
  if (longest_run(first_payload) > (rule == FullyEncryptedRule::ndpi ? 19U : 20U))
    return Exemption::printable_run;
  if (starts_as_protocol(first_payload, rule)) return Exemption::protocol;
  return std::nullopt;
}

}  // namespace rozaneh::lab
