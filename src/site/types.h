// Content types by the name of a file.
#pragma once

#include <string_view>

namespace rozaneh::site {

// `extension` in lower case, without its dot; what is unknown is application/octet-stream.
std::string_view type_of(std::string_view extension);

}  // namespace rozaneh::site
