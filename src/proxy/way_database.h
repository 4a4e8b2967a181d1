// Keeps a way memory in a file: `client_memory.sqlite` in the state directory.
#pragma once

#include <filesystem>

#include "base/random.h"
#include "io/database.h"
#include "proxy/way_memory.h"

namespace rozaneh::proxy {

// The store in that file. A damaged file is begun anew; where nothing can be kept, the store forgets with the
// process. Either is said in one line of the log. `random` is used during the call only.
std::unique_ptr<WayStore> open_way_store(const std::filesystem::path& file, Random& random, Log& log);

}  // namespace rozaneh::proxy
