// Opens connections through a proxy that stands between us and the network (TOR_PT_PROXY, --upstream-proxy).
#pragma once

#include "io/dial.h"
#include "wire/proxy_server.h"

namespace rozaneh::proxy {

class UpstreamDialer final : public io::Dialer {
 public:
  UpstreamDialer(io::Loop& loop, ProxyServer proxy, io::TcpDialer::Options tcp = {})
      : loop_(loop), proxy_(std::move(proxy)), tcp_(loop, tcp) {}

  // Names are handed to the proxy unresolved.
  io::Task<Result<io::StreamPtr>> dial(const Target& target) override;

 private:
  io::Loop& loop_;
  ProxyServer proxy_;
  io::TcpDialer tcp_;
};

}  // namespace rozaneh::proxy
