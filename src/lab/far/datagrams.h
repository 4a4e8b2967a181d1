// A server of one datagram for another.
#pragma once

#include <functional>
#include <optional>

#include "base/address.h"
#include "base/bytes.h"
#include "base/error.h"

namespace rozaneh::lab {

// Answers each datagram that comes to `at` with what `answer` makes of it, if anything, until the process is
// killed. `ready` is called once it listens. Fails only when the system does.
Result<> answer_datagrams(const Endpoint& at, const std::function<void()>& ready,
                          const std::function<std::optional<Buffer>(Bytes)>& answer);

}  // namespace rozaneh::lab
