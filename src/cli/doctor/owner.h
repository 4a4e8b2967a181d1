// Which program listens on a port.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace rozaneh::doctor {

struct Owner {
  std::string program;  // its name, as the kernel has it: at most 15 characters
  int process = 0;
};

// Nothing where nobody does, or where this user may not know: others' programs are root's to see.
std::optional<Owner> owner_of_port(std::uint16_t port);

}  // namespace rozaneh::doctor
