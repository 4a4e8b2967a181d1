// An operator's folder of static files.
#pragma once

#include <filesystem>

#include "base/error.h"
#include "site/shelf.h"

namespace rozaneh::site {

// Fails where `root` is no folder that can be opened. It is held open, so that what is served stays the same
// folder. Symbolic links are followed wherever they lead, as nginx does; a path itself cannot lead out of the
// folder.
Result<std::unique_ptr<Shelf>> folder_shelf(const std::filesystem::path& root);

}  // namespace rozaneh::site
