// The loop's timer type, with its concrete executor.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <chrono>

#include "io/task.h"

namespace rozaneh::io {

using Clock = std::chrono::steady_clock;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;

}  // namespace rozaneh::io
