// The client's stream: two requests at a time, one that brings bytes up and one that waits for those that
// come down.
#pragma once

#include "transport/http/connection.h"

namespace rozaneh::http {

// Opens a stream at the bridge: answers it once the bridge has said that it is there. Afterwards connections
// may die; what did not come through is asked for again, for a minute.
io::Task<Result<io::StreamPtr>> open_stream(io::Loop& loop, std::shared_ptr<const Road> road,
                                            std::unique_ptr<io::Dialer> dialer);

}  // namespace rozaneh::http
