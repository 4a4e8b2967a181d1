// What a managed pluggable transport says of itself (pt-spec.txt section 3.3), read as Tor reads it.
#pragma once

#include <string_view>

#include "lab/score/placeholders.h"

namespace rozaneh::lab {

enum class PluggableError { refused };  // the detail is its own line
std::string_view layer_of(PluggableError error);
std::string_view describe(PluggableError error);

// Takes one line: puts the port of a CMETHOD of that transport into {pt.port}, the ARGS of its SMETHOD into
// {pt.arguments} (as user name and password of a proxy's URL), and answers whether it was such a line. Fails
// on lines that end in failure.
Result<bool> take_method(std::string_view line, std::string_view transport, Placeholders& values);

}  // namespace rozaneh::lab
