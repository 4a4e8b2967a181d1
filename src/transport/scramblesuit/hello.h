// What all hellos of ScrambleSuit have in common: a head, padding, a mark that is found by searching for it,
// and a MAC.
#pragma once

#include <optional>
#include <string>

#include "transport/scramblesuit/handshake.h"

namespace rozaneh::scramblesuit {

// head | padding | mark | MAC under `key`, for the hour as text.
Buffer make_hello(Bytes key, Bytes head, Bytes padding, std::string_view hour);

// A hello that was found at the front of what has been received, not yet authenticated.
struct FoundHello {
  Bytes signed_part;  // up to the end of the mark
  Bytes mac;

  [[nodiscard]] std::size_t size() const { return signed_part.size() + mac.size(); }
  // The hour that it was made for, this one or one beside it, as text; nothing if its MAC is wrong.
  [[nodiscard]] std::optional<std::string> authentic_hour(Bytes key, EpochHour hour) const;
};

// Nothing where more has to come. Fails once kLargestHello bytes hold no hello.
Result<std::optional<FoundHello>> find_hello(Bytes key, std::size_t head_size, Bytes received);

}  // namespace rozaneh::scramblesuit
