// SSH by its identification line (RFC 4253 section 4.2).
#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "lab/recognise/looks.h"

namespace rozaneh::lab {

// Whether a direction begins with "SSH-", a protocol version "1.x" or "2.0" and "-". A server may send other
// lines first, which hide it here as they do from most censors.
Looks looks_like_ssh(Bytes stream);

// The line, "SSH-2.0-OpenSSH_9.2p1 Debian-2", once it is whole: at most 255 characters with its end.
// Borrowed.
std::optional<std::string_view> ssh_identification(Bytes stream);

}  // namespace rozaneh::lab
