// Opens streams: the interface that dialers wrap one another by, and plain TCP.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/address.h"
#include "io/loop.h"
#include "io/stream.h"

namespace rozaneh::io {

// Opens a stream to a target. Dialers wrap dialers: upstream proxy over TCP, obfs4 over that.
class Dialer {
 public:
  virtual ~Dialer() = default;
  virtual Task<Result<StreamPtr>> dial(const Target& target) = 0;

  // The same, but of the addresses that a name has only those of the public Internet will do: a name that
  // leads to another is, where names are censored, most often a forged answer. Whoever hands names on
  // unresolved cannot tell, and dials.
  virtual Task<Result<StreamPtr>> dial_public(const Target& target) { return dial(target); }

  // Another one that does the same, for who dials again later; null where there can be none.
  [[nodiscard]] virtual std::unique_ptr<Dialer> clone() const { return nullptr; }
};

// The addresses of a name, in the system's order; never empty. Takes an address as it is, without a look-up.
Task<Result<std::vector<IpAddress>>> resolve(Loop& loop, const std::string& host);

// Plain TCP. Names are resolved by the system; addresses are tried in turn.
class TcpDialer final : public Dialer {
 public:
  struct Options {
    Clock::duration time_limit = std::chrono::seconds(30);  // for each address
    std::optional<IpAddress> source_v4;                     // bind outgoing connections to these
    std::optional<IpAddress> source_v6;
  };

  explicit TcpDialer(Loop& loop) : TcpDialer(loop, Options()) {}
  TcpDialer(Loop& loop, Options options) : loop_(loop), options_(options) {}

  Task<Result<StreamPtr>> dial(const Target& target) override;
  Task<Result<StreamPtr>> dial_public(const Target& target) override;
  Task<Result<StreamPtr>> connect(Endpoint endpoint);
  [[nodiscard]] std::unique_ptr<Dialer> clone() const override {
    return std::make_unique<TcpDialer>(loop_, options_);
  }

 private:
  Task<Result<StreamPtr>> dial_first(std::vector<IpAddress> addresses, std::uint16_t port);

  Loop& loop_;
  Options options_;
};

}  // namespace rozaneh::io
