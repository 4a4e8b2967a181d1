// Opens what Tor asks for through its SOCKS5 port: a connection to a bridge, through a transport.
#pragma once

#include <functional>

#include "io/dial.h"
#include "proxy/opener.h"
#include "pt/connectors.h"
#include "pt/output.h"

namespace rozaneh::pt {

class BridgeOpener final : public proxy::Opener {
 public:
  // Makes the dialer that opens plain connections on a loop: TCP, or an upstream proxy.
  using RawDialer = std::function<std::unique_ptr<io::Dialer>(io::Loop&)>;

  // The connectors and the output outlive the opener.
  BridgeOpener(Connectors& connectors, RawDialer raw, Output& output)
      : connectors_(connectors), raw_(std::move(raw)), output_(output) {}

  // The request's credentials are the transport's arguments, its target is the bridge. How it ends is told to
  // Tor.
  io::Task<Result<io::StreamPtr>> open(io::Loop& loop, const Request& request) override;

 private:
  io::Task<Result<io::StreamPtr>> reach(io::Loop& loop, const Target& bridge, BridgeWay& way);
  Result<std::shared_ptr<BridgeWay>> way_for(io::Loop& loop, const Request& request);
  void report(const Target& bridge, bool news, const Error* failure);

  Connectors& connectors_;
  RawDialer raw_;
  Output& output_;
};

}  // namespace rozaneh::pt
