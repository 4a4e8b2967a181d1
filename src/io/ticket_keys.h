// The keys that a server's session tickets are under (RFC 5077 section 4): shared by all loops, changed by
// time, wiped when they are no longer good.
#pragma once

#include <openssl/ssl.h>

#include <mutex>
#include <optional>

#include "base/secret.h"
#include "io/timer.h"

namespace rozaneh::io {

class TicketKeys {
 public:
  static constexpr std::chrono::hours kPeriod{1};

  // OpenSSL asks for these keys in every stream of the context, which they outlive.
  void install(SSL_CTX* context);

  // The key to make tickets with (name of 16 bytes, AES-256, HMAC-SHA256) and the one of that name, if it is
  // one of the last two.
  struct Key {
    std::array<std::uint8_t, 16> name{};
    Secret<32> aes;
    Secret<32> mac;
  };
  Key current(Clock::time_point now);
  std::optional<Key> find(std::span<const std::uint8_t, 16> name, Clock::time_point now);

 private:
  void turn(Clock::time_point now);

  std::mutex mutex_;
  std::optional<Key> current_, previous_;
  Clock::time_point since_;
};

}  // namespace rozaneh::io
