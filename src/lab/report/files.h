// The page's skeleton, look and behaviour as they were when the program was built; CMake writes the other
// half.
#pragma once

#include <string_view>

namespace rozaneh::lab {

std::string_view page_html();  // with {{places}}
std::string_view page_css();
std::string_view page_js();

}  // namespace rozaneh::lab
