// Where an accepted stream goes, and whether it may.
#pragma once

#include <optional>
#include <string_view>

#include "base/address.h"
#include "io/loop.h"
#include "io/stream.h"

namespace rozaneh::egress {

// Who a stream came from: for those that pass it on (Tor's extended ORPort), never for a log.
struct Origin {
  Endpoint peer;
  std::string_view transport;
};

// Used from several loops at once.
class Egress {
 public:
  virtual ~Egress() = default;

  // The one destination of all streams; nothing where the client names one, by an open request.
  [[nodiscard]] virtual std::optional<Target> fixed() const = 0;

  // Opens the way out. `target` is fixed(), or what the client named.
  virtual io::Task<Result<io::StreamPtr>> open(io::Loop& loop, const Target& target,
                                               const Origin& origin) = 0;

  // Whether a datagram of a client's UDP flow may go there. Only asked where clients name destinations.
  [[nodiscard]] virtual bool lets_out(const Endpoint& /*to*/) const { return false; }
};

enum class EgressError {
  private_network,  // an address that is not of the public Internet
  port,             // a port that is not served
};

std::string_view layer_of(EgressError error);
std::string_view describe(EgressError error);

}  // namespace rozaneh::egress
