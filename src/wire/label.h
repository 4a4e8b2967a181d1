// Names that strangers give to servers and that our user sees in a terminal.
#pragma once

#include <string_view>

namespace rozaneh {

// Whether a text may stand there: UTF-8 of at most 64 bytes, without control characters and without the marks
// that reorder what stands around them (they could make another address appear). May be empty.
bool is_label(std::string_view text);

}  // namespace rozaneh
