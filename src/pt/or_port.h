// Where a bridge's connections go: Tor's ORPort, or its extended ORPort, which is told who they are from.
#pragma once

#include "egress/egress.h"
#include "io/dial.h"
#include "pt/environment.h"
#include "wire/ext_orport.h"

namespace rozaneh::pt {

// The plain ORPort.
class OrPort final : public egress::Egress {
 public:
  OrPort(const Endpoint& address, Log& log) : address_(address), log_(log) {}

  [[nodiscard]] std::optional<Target> fixed() const override { return address_; }
  io::Task<Result<io::StreamPtr>> open(io::Loop& loop, const Target& target,
                                       const egress::Origin& origin) override;

 private:
  Endpoint address_;
  Log& log_;
};

// The extended ORPort: SAFE_COOKIE, then the peer's address and the transport's name.
class ExtendedOrPortEgress final : public egress::Egress {
 public:
  ExtendedOrPortEgress(ExtendedOrPort port, Log& log) : port_(std::move(port)), log_(log) {}

  [[nodiscard]] std::optional<Target> fixed() const override { return port_.address; }
  io::Task<Result<io::StreamPtr>> open(io::Loop& loop, const Target& target,
                                       const egress::Origin& origin) override;

 private:
  static constexpr std::chrono::seconds kAnswerLimit{30};

  io::Task<Result<io::StreamPtr>> introduce(io::Loop& loop, io::StreamPtr stream,
                                            const egress::Origin& origin);
  // Read for each connection: Tor makes a new cookie when it starts again, and may do so after we started.
  [[nodiscard]] Result<ExtOrPortCookie> read_cookie() const;

  ExtendedOrPort port_;
  Log& log_;
};

// The one of the two that Tor asks for.
std::unique_ptr<egress::Egress> make_egress(const ServerOrder& order, Log& log);

}  // namespace rozaneh::pt
