// Every stream goes to one address: Tor's ORPort, or any other service.
#pragma once

#include "egress/egress.h"
#include "io/dial.h"

namespace rozaneh::egress {

class FixedEgress final : public Egress {
 public:
  explicit FixedEgress(Target target) : target_(std::move(target)) {}

  [[nodiscard]] std::optional<Target> fixed() const override { return target_; }
  io::Task<Result<io::StreamPtr>> open(io::Loop& loop, const Target& target, const Origin& origin) override;

 private:
  Target target_;
};

}  // namespace rozaneh::egress
