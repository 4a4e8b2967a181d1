// Which end of a connection somebody is, in protocols whose two ends do the same under other names.
#pragma once

namespace rozaneh::transport {

enum class Side {
  initiator,  // opened the connection
  responder,  // accepted it
};

constexpr Side other(Side side) { return side == Side::initiator ? Side::responder : Side::initiator; }

}  // namespace rozaneh::transport
