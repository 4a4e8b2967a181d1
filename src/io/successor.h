// Starts the program that takes our place, with descriptors of ours, and waits until it says that it has.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "io/inheritance.h"

namespace rozaneh::io {

// How we were started: what is started again is what lies there then, a newer version perhaps.
struct Invocation {
  std::string program;
  std::vector<std::string> words;  // the program's name as the first

  // Ours; nullopt: the system does not say.
  static std::optional<Invocation> ours();
};

// Answers the new process, which is our parent's child as we are, once it has called `tell_predecessor`.
// Otherwise it is no more: it has ended by itself, or was ended after `limit`. Blocks; whatever other threads
// do meanwhile, they must not need the descriptors.
Result<int> start_successor(const Invocation& invocation, std::vector<Bequest> bequests,
                            std::chrono::milliseconds limit);

// In the new process: `ready` is what was inherited by that name. From then on the old one is as good as
// gone.
inline constexpr std::string_view kReadyName = "ready";
void tell_predecessor(const Descriptor& ready);

}  // namespace rozaneh::io
