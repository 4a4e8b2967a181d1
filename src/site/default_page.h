// The page that Debian's nginx shows after installation.
#pragma once

#include <string_view>

namespace rozaneh::site {

extern const std::string_view kDefaultPage;

}  // namespace rozaneh::site
