// The field block of an HTTP/2 answer, to nginx's bytes: names of the static table by their index, nothing
// put into the dynamic table.
#pragma once

#include "site/head_text.h"

namespace rozaneh::site {

// `shrink_table`: the client has spoken of its table, and is told that ours is empty.
Buffer h2_field_block(const Request& request, const Answer& answer, const HeadFacts& facts,
                      bool shrink_table);

}  // namespace rozaneh::site
