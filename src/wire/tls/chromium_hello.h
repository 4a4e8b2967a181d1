// The ClientHello of Chromium, byte for byte but for what is random in it: measured against Debian's Chromium
// 156 (tests/e2e/hello_test.py does it anew; docs/decisions/001-client-hello.md).
#pragma once

#include <array>
#include <string>

#include "base/random.h"
#include "wire/tls/extension.h"
#include "wire/tls/key_shares.h"

namespace rozaneh::tls {

class ChromiumHello {
 public:
  // `alpn` is {"h2", "http/1.1"} for a page and {"http/1.1"} for a WebSocket: with others it is nobody's. A
  // `host` that is an address is not named.
  ChromiumHello(const std::string& host, const std::vector<std::string>& alpn, Random& random);

  // The message with its header of four bytes.
  [[nodiscard]] Buffer message(const std::vector<KeyShare>& shares) const;

  // The second one, after a HelloRetryRequest: the same but for its keys and the server's cookie, which may
  // be empty.
  [[nodiscard]] Buffer again(const std::vector<KeyShare>& shares, Bytes cookie) const;

  [[nodiscard]] Bytes session_id() const { return session_id_; }

  // Whether an extension of that number was sent, so that the server may answer it.
  [[nodiscard]] bool offers(std::uint16_t extension) const;

 private:
  [[nodiscard]] Buffer with(std::vector<Extension> extensions, Buffer key_shares) const;

  std::array<std::uint8_t, 32> random_{};
  std::array<std::uint8_t, 32> session_id_{};
  std::uint16_t grease_cipher_ = 0;
  std::uint16_t grease_group_ = 0;
  std::vector<Extension> extensions_;  // in their order, the key share's empty
};

}  // namespace rozaneh::tls
