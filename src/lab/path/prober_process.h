// The process that probes servers for a censor, and what it is told and tells.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "lab/censor/prober.h"

namespace rozaneh::lab {

// An order as one message: only the server, the kind of probes and the client's first packet (64 KiB at most)
// matter to the probers.
Buffer order_message(std::uint32_t id, const ProbeOrder& order);

struct VerdictMessage {
  std::uint32_t id = 0;
  bool found = false;
};
std::optional<VerdictMessage> parse_verdict_message(Bytes message);

// Takes orders from the socket, carries each out in a process of its own, and sends the verdicts, until the
// other end is closed. Waits before each probe as China's probers did, of which those are taken that came
// within a quarter of an hour; that and their patience of ten seconds (never less than one) are divided by
// `scale`.
int serve_probes(int socket, double scale, std::uint64_t seed);

}  // namespace rozaneh::lab
