// The bridges that Tor asks for: a connector for each set of arguments, made once and kept for a while.
#pragma once

#include <atomic>
#include <list>
#include <memory>
#include <mutex>

#include "pt/parts.h"

namespace rozaneh::pt {

// A bridge by its arguments, and how it has been doing.
class BridgeWay {
 public:
  explicit BridgeWay(std::unique_ptr<transport::Connector> connector) : connector_(std::move(connector)) {}

  [[nodiscard]] transport::Connector& connector() { return *connector_; }

  // Notes how a connection went; answers whether that is news: a bridge that stays down is told of once.
  bool changes_to(bool working) { return working_.exchange(working) != working; }

 private:
  std::unique_ptr<transport::Connector> connector_;
  std::atomic<bool> working_ = true;
};

// Used from several loops at once.
class Connectors {
 public:
  static constexpr std::size_t kMostKept = 32;  // more than a Tor client has bridges

  // The transport outlives this and what it makes.
  Connectors(const transport::Transport& transport, const Parts& parts)
      : transport_(transport), parts_(parts) {}

  // The way for these arguments; the one that was used longest ago makes room for a new one. Whoever uses a
  // way holds it. A failure is that of the arguments.
  Result<std::shared_ptr<BridgeWay>> get(const Arguments& arguments, Random& random);

  [[nodiscard]] const transport::Transport& transport() const { return transport_; }
  [[nodiscard]] std::size_t kept() const;

 private:
  struct Entry {
    Arguments arguments;
    std::shared_ptr<BridgeWay> way;  // shared with the connections that use it
  };

  const transport::Transport& transport_;
  Parts parts_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // the one used last stands first
};

}  // namespace rozaneh::pt
