// What a recogniser says of bytes.
#pragma once

namespace rozaneh::lab {

// `more`: these bytes, being the beginning of a stream, cannot settle it yet. Once an answer is not `more`,
// further bytes never change it. Who holds a whole packet, and not the beginning of a stream, reads `more` as
// `no`.
enum class Looks { no, yes, more };

}  // namespace rozaneh::lab
