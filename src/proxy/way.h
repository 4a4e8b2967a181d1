// A way through: one link or bridge line, made ready to dial.
#pragma once

#include <memory>
#include <string>

#include "io/dial.h"
#include "transport/catalog.h"
#include "wire/way.h"

namespace rozaneh::proxy {

class WayDialer {
 public:
  // Checks the transport's name and arguments; fails with a plain sentence. The catalog and what `setup`
  // names, but not its arguments, outlive the dialer.
  static Result<std::unique_ptr<WayDialer>> make(Way way, const transport::Catalog& catalog, io::State& state,
                                                 Random& random, Log& log);

  // Opens a stream to `target` by way of the server; `raw` opens the connection to that. Where the server
  // forwards to one service only, that is what the stream leads to, whatever the target.
  io::Task<Result<io::StreamPtr>> open(io::Loop& loop, io::Dialer& raw, const Target& target);

  // Opens the transport alone: whether the server is there and proves itself.
  io::Task<Result<>> probe(io::Loop& loop, io::Dialer& raw);

  // Whether the server lets its clients choose where streams go (the link says `egress=fixed` if not).
  [[nodiscard]] bool is_open() const;

  // "obfs4 at 192.0.2.1:443", or with the name that the link gives.
  [[nodiscard]] std::string label() const;

 private:
  WayDialer(Way way, std::unique_ptr<transport::Connector> connector)
      : way_(std::move(way)), connector_(std::move(connector)) {}

  io::Task<Result<io::StreamPtr>> reach(io::Loop& loop, io::Dialer& raw);

  Way way_;
  std::unique_ptr<transport::Connector> connector_;
};

enum class WayError {
  transport,  // no such transport
  none_left,  // every way was tried
};

std::string_view layer_of(WayError error);
std::string_view describe(WayError error);

}  // namespace rozaneh::proxy
