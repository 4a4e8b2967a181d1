// The end of a program whose last words are under way.
#pragma once

#include <memory>

#include "io/loop.h"

namespace rozaneh::io {

// What a program waits at its end, at most, for those to whom it says so.
inline constexpr std::chrono::seconds kLastWords{1};

// Ends when nobody holds `telling` any more, on whatever loop that is, or after kLastWords.
Task<> last_words(Loop& loop, std::weak_ptr<void> telling);

}  // namespace rozaneh::io
