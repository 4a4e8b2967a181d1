// A stream of HTTP/2 as a Stream of ours.
#pragma once

#include "site/http2.h"

namespace rozaneh::site {

class H2Tunnel final : public io::Stream {
 public:
  H2Tunnel(std::shared_ptr<Http2> connection, std::uint32_t id);
  H2Tunnel(const H2Tunnel&) = delete;
  H2Tunnel& operator=(const H2Tunnel&) = delete;
  ~H2Tunnel() override;

  io::Task<Result<io::Chunk>> read() override;
  io::Task<Result<>> write(Bytes bytes) override;
  io::Task<Result<>> finish() override;
  void abort() noexcept override;

 private:
  // Shared with the connection's tasks: whichever lives longer.
  std::shared_ptr<Http2> connection_;
  std::uint32_t id_;
  bool aborted_ = false;
};

}  // namespace rozaneh::site
