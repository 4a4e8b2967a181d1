#include "transport/scramblesuit/hello.h"

#include <algorithm>

#include "crypto/equal.h"
#include "crypto/hash.h"
#include "transport/scramblesuit/error.h"

namespace rozaneh::scramblesuit {
namespace {

constexpr std::size_t kMarkSize = 16;

// HMAC-SHA256-128 of the specification.
template <class... Parts>
std::array<std::uint8_t, kMacSize> short_hmac(Bytes key, const Parts&... parts) {
  const auto full = crypto::hmac_sha256(key, parts...);
  std::array<std::uint8_t, kMacSize> cut{};
  copy(cut, Bytes(full).first(kMacSize));
  return cut;
}

}  // namespace

Buffer make_hello(Bytes key, Bytes head, Bytes padding, std::string_view hour) {
  const Buffer signed_part = concat(head, padding, short_hmac(key, head));
  return concat(signed_part, short_hmac(key, signed_part, bytes_of(hour)));
}

// All three hours are tried, whichever is right, so that the time taken says nothing.
std::optional<std::string> FoundHello::authentic_hour(Bytes key, EpochHour hour) const {
  std::optional<std::string> right;
  for (const EpochHour candidate : {hour, hour - 1, hour + 1}) {
    std::string text = std::to_string(candidate);
    const bool equal = crypto::equal(short_hmac(key, signed_part, bytes_of(text)), mac);
    if (equal) right = std::move(text);
  }
  return right;
}

Result<std::optional<FoundHello>> find_hello(Bytes key, std::size_t head_size, Bytes received) {
  if (received.size() < head_size + kMarkSize + kMacSize) return std::nullopt;
  const Bytes window = received.first(std::min(received.size(), kLargestHello));
  const Bytes searched = window.subspan(head_size, window.size() - head_size - kMacSize);
  const auto found = std::ranges::search(searched, short_hmac(key, received.first(head_size)));
  if (found.empty()) {
    if (window.size() == kLargestHello) return fail(ScrambleSuitError::no_mark);
    return std::nullopt;
  }
  const std::size_t end = head_size + static_cast<std::size_t>(found.end() - searched.begin());
  return FoundHello{.signed_part = received.first(end), .mac = received.subspan(end, kMacSize)};
}

}  // namespace rozaneh::scramblesuit
