#include "lab/score/sends.h"

#include "base/address.h"
#include "base/encoding.h"

namespace rozaneh::lab {
namespace {

constexpr std::string_view kRandom = "random ";

}  // namespace

bool is_sendable(std::string_view text) {
  if (text.starts_with(kRandom)) {
    const auto count = parse_port(text.substr(kRandom.size()));  // a small whole number
    return count && *count > 0;
  }
  const auto bytes = decode_hex(text);
  return bytes && !bytes->empty();
}

Buffer bytes_to_send(std::string_view text, Random& random) {
  if (!is_sendable(text)) return {};
  if (text.starts_with(kRandom)) return random.bytes(*parse_port(text.substr(kRandom.size())));
  return *decode_hex(text);
}

}  // namespace rozaneh::lab
