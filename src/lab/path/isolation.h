// A process in a world of its own: users, network, mounts and processes.
#pragma once

#include <functional>

#include "base/error.h"

namespace rozaneh::lab {

// Runs `inside` as the first process of fresh user, network, mount and process namespaces, where it may do
// all that root may, without being root outside. Answers its exit code, or 128 and the number of the signal
// that ended it. When it or the caller ends, however it does, all processes in there are ended, and the
// namespaces are gone with them.
//
// Root's world has all users that root's own has; that of anybody else has the user's own number as 0, and
// the range of /etc/subuid beside it if Debian's `uidmap` is installed.
//
// Interrupts from the terminal are for the programs inside: the caller does not see them meanwhile. Not to be
// called when there are several threads.
Result<int> run_isolated(const std::function<int()>& inside);

}  // namespace rozaneh::lab
