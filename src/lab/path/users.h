// Whom the users of a fresh user namespace are outside.
#pragma once

#include <sys/types.h>

#include "base/error.h"

namespace rozaneh::lab {

// Fills the maps of the namespace that `process`, a child of ours, was started in. As root: everybody is who
// they are. Otherwise the caller's user and group are 0 inside, and with Debian's `uidmap` and a range in
// /etc/subuid and /etc/subgid there are others from 1 on, for servers that give up root.
Result<> map_users(pid_t process);

}  // namespace rozaneh::lab
