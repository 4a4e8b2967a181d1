// The page's skeleton, look and behaviour as they were when the program was built; CMake writes the other
// half.
#pragma once

#include <span>

#include "base/embedded_file.h"

namespace rozaneh::lab {

// page.html, page.css and page.js.
std::span<const EmbeddedFile> page_files();

inline std::string_view page_html() { return page_files()[0].text; }  // with {{places}}
inline std::string_view page_css() { return page_files()[1].text; }
inline std::string_view page_js() { return page_files()[2].text; }

}  // namespace rozaneh::lab
