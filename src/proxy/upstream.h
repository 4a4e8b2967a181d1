// Opens connections through a proxy that stands between us and the network (TOR_PT_PROXY, --upstream-proxy).
#pragma once

#include "io/dial.h"
#include "wire/upstream_proxy.h"

namespace rozaneh::proxy {

class UpstreamDialer final : public io::Dialer {
 public:
  UpstreamDialer(io::Loop& loop, UpstreamProxy proxy, io::TcpDialer::Options tcp = {})
      : loop_(loop), proxy_(std::move(proxy)), tcp_(loop, tcp) {}

  // Names are handed to the proxy unresolved. Fails with an IoError where the proxy itself cannot be reached,
  // with a SocksReply, SocksError or HttpError where it refuses.
  io::Task<Result<io::StreamPtr>> dial(const Target& target) override;
  [[nodiscard]] std::unique_ptr<io::Dialer> clone() const override {
    return std::make_unique<UpstreamDialer>(*this);
  }

 private:
  // For the proxy's answer, which comes once it has reached the target or given up.
  static constexpr std::chrono::seconds kAnswerLimit{60};

  io::Loop& loop_;
  UpstreamProxy proxy_;
  io::TcpDialer tcp_;
};

}  // namespace rozaneh::proxy
