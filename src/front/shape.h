// What the records of relayed connections look like to who counts their bytes.
//
// A handshake within TLS has bursts of known sizes: the client's hello, the server's answer with its
// certificates, and so on (Xue et al., USENIX Security '24; src/lab/recognise/bursts.h has the detectors that
// are published). The client's are its own; the server's first is ours to change.
#pragma once

#include "io/tls13_stream.h"

namespace rozaneh::front {

// The first record to a client is as long as that of any page of more than 16 KB, which is how nginx cuts
// them. It costs a connection at most 16 KB and the time that the path takes for these.
class PageShape final : public io::RecordShape {
 public:
  [[nodiscard]] std::size_t padding(std::uint64_t number, std::size_t content) const override {
    return number == 0 ? tls::kMaxPlaintext - content : 0;
  }
};

}  // namespace rozaneh::front
