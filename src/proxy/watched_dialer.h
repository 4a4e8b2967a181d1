// Tells of signs of life on the connections that it opens: that one stands, and that bytes came.
#pragma once

#include <functional>
#include <memory>

#include "io/dial.h"

namespace rozaneh::proxy {

// Called on the loop's thread for as long as somebody holds it.
using SignOfLife = std::function<void()>;

class WatchedDialer final : public io::Dialer {
 public:
  WatchedDialer(std::unique_ptr<io::Dialer> inner, std::weak_ptr<SignOfLife> sign)
      : inner_(std::move(inner)), sign_(std::move(sign)) {}

  io::Task<Result<io::StreamPtr>> dial(const Target& target) override;
  io::Task<Result<io::StreamPtr>> dial_public(const Target& target) override;
  [[nodiscard]] std::unique_ptr<io::Dialer> clone() const override {
    auto inner = inner_->clone();
    return inner ? std::make_unique<WatchedDialer>(std::move(inner), sign_) : nullptr;
  }

 private:
  Result<io::StreamPtr> watched(Result<io::StreamPtr> stream) const;

  std::unique_ptr<io::Dialer> inner_;
  std::weak_ptr<SignOfLife> sign_;
};

}  // namespace rozaneh::proxy
