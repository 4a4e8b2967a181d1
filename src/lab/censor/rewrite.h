// Makes another packet of one on its way.
#pragma once

#include <optional>

#include "lab/censor/spec.h"
#include "lab/packet/view.h"

namespace rozaneh::lab {

// The IP packet that comes out; nullopt: nothing of this one is concerned.
std::optional<Buffer> rewritten(const Rewrite& rewrite, const PacketView& packet);

}  // namespace rozaneh::lab
