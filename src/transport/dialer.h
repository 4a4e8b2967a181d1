// A dialer that opens a connection through another dialer and puts a transport on it.
#pragma once

#include "io/dial.h"
#include "transport/transport.h"

namespace rozaneh::transport {

class TransportDialer final : public io::Dialer {
 public:
  // `inner` and `connector` outlive the dialer.
  TransportDialer(io::Loop& loop, io::Dialer& inner, Connector& connector)
      : loop_(loop), inner_(inner), connector_(connector) {}

  // `target` is the server of the transport; the stream inside is answered.
  io::Task<Result<io::StreamPtr>> dial(const Target& target) override;

 private:
  io::Loop& loop_;
  io::Dialer& inner_;
  Connector& connector_;
};

}  // namespace rozaneh::transport
