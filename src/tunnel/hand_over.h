// What a server hands to the one that takes its place, as bytes (docs/protocols/hand-over.md). No I/O: the
// caller has them written and read, part by part, since all of it together may be large.
#pragma once

#include <chrono>
#include <vector>

#include "crypto/hash.h"
#include "crypto/x25519.h"
#include "transport/replay_filter.h"
#include "tunnel/snapshot.h"

namespace rozaneh::tunnel {

inline constexpr std::uint16_t kHandOverVersion = 1;

// Of the server as a whole.
struct HandOverHead {
  crypto::PublicKey server;            // that which stands in links
  std::chrono::sys_seconds started{};  // since when hellos are remembered
  Secret<16> replay_key;
  std::vector<transport::ReplayFilter::Entry> seen{};  // of hellos, oldest first
};

// head, any number of sessions, end: each answers the next bytes.
class HandOverWriter {
 public:
  Buffer head(const HandOverHead& head);
  Buffer session(const ServedSnapshot& served);
  Buffer end();

 private:
  crypto::Sha256 digest_;
};

class HandOverReader {
 public:
  // `all` outlives the reader and what it answers. Fails with TunnelError::malformed for what is no
  // hand-over, is of another version, or was changed or cut off.
  static Result<HandOverReader> open(Bytes all);

  [[nodiscard]] const HandOverHead& head() const { return head_; }
  // The next session; nullopt: there is none. One that cannot be is an error, and the next call goes on
  // behind it.
  Result<std::optional<ServedSnapshot>> next();

 private:
  explicit HandOverReader(Bytes rest) : in_(rest) {}
  bool take_head();

  Reader in_;
  HandOverHead head_;
};

}  // namespace rozaneh::tunnel
