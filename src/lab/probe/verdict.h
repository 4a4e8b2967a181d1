// What a server's reactions tell.
#pragma once

#include <span>
#include <string>

#include "lab/probe/kinds.h"
#include "lab/probe/reaction.h"

namespace rozaneh::lab {

struct Verdict {
  enum class Finding {
    nothing,   // no reaction that helps
    innocent,  // it is something that many have
    found,     // it is what was looked for: a censor blocks it
  } finding = Finding::nothing;
  std::string why;  // one sentence
};

std::string_view name_of(Verdict::Finding finding);

// The published rules. Shadowsocks (Alice et al., IMC '20; Frolov et al., NDSS '20): a replay is answered
// where random bytes are not; or random bytes make it hang up from some length on and never below, as the
// lengths of an initialisation vector or salt do it in old servers. Signal's proxies: an inner handshake is
// answered for Signal's name and for no other. All others: the handshake could be finished. HTTP and TLS are
// innocent by themselves.
Verdict judge(ProbeKind kind, std::span<const Reaction> reactions);

}  // namespace rozaneh::lab
