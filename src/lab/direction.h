// Which way bytes go, in the lab's words.
#pragma once

namespace rozaneh::lab {

// Up: from the client (who sent the SYN, or spoke first) to the server. Down: back.
enum class Direction { up, down };

}  // namespace rozaneh::lab
