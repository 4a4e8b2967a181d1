// Descriptors that one process leaves to the next, by systemd's protocol (sd_listen_fds(3)): they begin at 3,
// LISTEN_FDS says how many, LISTEN_FDNAMES their names, LISTEN_PID whose they are. Whoever starts us may be
// systemd, with what was stored there, or our own predecessor (io/successor.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/error.h"
#include "io/descriptor.h"

namespace rozaneh::io {

constexpr int kFirstInherited = 3;

// One that is left to another process; borrowed.
struct Bequest {
  std::string_view name;
  int descriptor = -1;
};

// One that was left to us.
struct Inherited {
  std::string name;  // empty: none was given
  Descriptor descriptor;
};

// All of them; once, before there are threads. The variables are gone from the environment then.
std::vector<Inherited> take_inherited();

// Where a TCP socket is bound; fails for what is none.
Result<Endpoint> local_endpoint(int descriptor);
[[nodiscard]] bool is_listening(int descriptor);

// What a socket is called in every process that has it, and no other one is as long as the system runs
// (SO_COOKIE); 0: the system does not say.
[[nodiscard]] std::uint64_t socket_name(int descriptor);

}  // namespace rozaneh::io
