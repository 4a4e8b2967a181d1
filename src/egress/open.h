// Streams go where their client says, on the public Internet.
#pragma once

#include <set>

#include "egress/egress.h"
#include "io/dial.h"

namespace rozaneh::egress {

class OpenEgress final : public Egress {
 public:
  struct Options {
    bool allow_private = false;                 // loopback, private, link-local and the like too
    std::set<std::uint16_t> refused_ports{25};  // mail between servers: nobody browses there, spammers do
  };

  explicit OpenEgress(Options options) : options_(std::move(options)) {}

  [[nodiscard]] std::optional<Target> fixed() const override { return std::nullopt; }

  // Names are resolved here. Each address that a name has is judged by itself, and what was judged is what is
  // connected to, so that a name cannot change its mind in between.
  io::Task<Result<io::StreamPtr>> open(io::Loop& loop, const Target& target, const Origin& origin) override;

  [[nodiscard]] bool lets_out(const Endpoint& to) const override;

 private:
  Options options_;
};

}  // namespace rozaneh::egress
