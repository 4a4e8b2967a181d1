// How requests reach an authority.
#pragma once

#include <memory>
#include <stop_token>

#include "front/acme/order.h"

namespace rozaneh::front::acme {

class Exchange {
 public:
  virtual ~Exchange() = default;
  // Blocks until the answer is there, or fails with AcmeError::unreachable, `lying` (too large an answer)
  // or `stopped`.
  virtual Result<Answer> send(const Ask& ask, const std::stop_token& stop) = 0;
};

// With libcurl: TLS 1.2 or newer, the certificate checked, no redirects; proxies from the environment as curl
// takes them. One connection is kept between requests. Used from one thread at a time.
class HttpExchange final : public Exchange {
 public:
  struct Options {
    std::string authorities;  // a PEM file to trust in place of the system's; or empty
    std::string user_agent = "rozaneh";
    std::chrono::seconds limit{60};  // of one request
    std::size_t largest = kLargestAnswer;
  };

  explicit HttpExchange(Options options);
  ~HttpExchange() override;
  Result<Answer> send(const Ask& ask, const std::stop_token& stop) override;

  // The same for other servers than authorities: why it failed in words of its own.
  struct Trouble {
    enum class Kind { unreachable, too_large, stopped } kind;
    std::string reason;
  };
  std::expected<Answer, Trouble> fetch(const Ask& ask, const std::stop_token& stop);

 private:
  struct Curl;
  Options options_;
  std::unique_ptr<Curl> curl_;
};

}  // namespace rozaneh::front::acme
