#include "wire/proxy_server.h"

#include "wire/http_connect_server.h"
#include "wire/socks5_server.h"

namespace rozaneh {
namespace {

bool is_letter(std::uint8_t byte) { return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z'); }

std::unique_ptr<RequestHandshake> choose(std::uint8_t first) {
  if (is_letter(first)) return std::make_unique<HttpConnectServer>();
  return std::make_unique<Socks5Server>(true);
}

}  // namespace

Result<Step> ProxyServer::step(Bytes received) {
  if (received.empty()) return Step{};
  if (!spoken_) spoken_ = choose(received.front());
  return spoken_->step(received);
}

}  // namespace rozaneh
