// What a rule of a censor says of packets, in words for its drawing.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "lab/censor/spec.h"

namespace rozaneh::lab {

// How a conversation comes to the packet that a sight is about. In `before`, what the server sends begins
// with '<'.
struct Scene {
  std::string_view sight;
  bool opens = false;  // a TCP connection
  std::array<std::string_view, 2> before = {};
  bool up = true;
  std::string_view packet = {};
  std::string_view found = {};
};

Scene scene_of(const CensorRule& rule);

// "60 s", "24 hours"
std::string seconds_of(Moment moment);

// "RST+ACK"
std::string flags_text(std::uint8_t flags);

// What the bytes must look like: "sees a ClientHello, the name .example.org, in one packet"; "" if nothing.
std::string sight_text(const Scene& scene, const Sight& sight);

// Which traffic is concerned: "concerns TCP to port 443"; "" if no more than a protocol is said.
std::string scope_text(const Scope& scope);

// "connections of this client to the server"
std::string_view tuple_text(Residual::Tuple tuple);

}  // namespace rozaneh::lab
