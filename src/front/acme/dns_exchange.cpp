#include "front/acme/dns_exchange.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <poll.h>

#include <array>

#include "base/writer.h"
#include "crypto/openssl.h"

namespace rozaneh::front::acme {
namespace {

using std::chrono::steady_clock;

// A connection that curl has made: it knows names, both families and a limit.
class Connection {
 public:
  Connection(const std::string& server, std::chrono::seconds limit, std::stop_token stop)
      : curl_(crypto::must_have(curl_easy_init())),
        end_(steady_clock::now() + limit),
        stop_(std::move(stop)) {
    curl_easy_setopt(curl_.get(), CURLOPT_URL, ("http://" + server).c_str());
    curl_easy_setopt(curl_.get(), CURLOPT_PROXY, "");
    curl_easy_setopt(curl_.get(), CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(curl_.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl_.get(), CURLOPT_CONNECTTIMEOUT, static_cast<long>(limit.count()));
  }

  CURLcode connect() {
    const CURLcode code = curl_easy_perform(curl_.get());
    if (code == CURLE_OK) curl_easy_getinfo(curl_.get(), CURLINFO_ACTIVESOCKET, &socket_);
    return code;
  }

  CURLcode send(Bytes bytes) {
    while (!bytes.empty()) {
      std::size_t sent = 0;
      const CURLcode code = curl_easy_send(curl_.get(), bytes.data(), bytes.size(), &sent);
      if (code == CURLE_OK) bytes = bytes.subspan(sent);
      if (code == CURLE_AGAIN && !wait(POLLOUT)) return CURLE_OPERATION_TIMEDOUT;
      if (code != CURLE_OK && code != CURLE_AGAIN) return code;
    }
    return CURLE_OK;
  }

  CURLcode receive(MutableBytes to) {
    while (!to.empty()) {
      std::size_t got = 0;
      const CURLcode code = curl_easy_recv(curl_.get(), to.data(), to.size(), &got);
      if (code == CURLE_OK && got == 0) return CURLE_GOT_NOTHING;
      if (code == CURLE_OK) to = to.subspan(got);
      if (code == CURLE_AGAIN && !wait(POLLIN)) return CURLE_OPERATION_TIMEDOUT;
      if (code != CURLE_OK && code != CURLE_AGAIN) return code;
    }
    return CURLE_OK;
  }

 private:
  // In short turns, since nothing wakes a poll when we are told to stop.
  bool wait(short events) const {
    constexpr int kTurn = 200;  // milliseconds
    pollfd polled{.fd = socket_, .events = events, .revents = 0};
    while (!stop_.stop_requested() && steady_clock::now() < end_)
      if (poll(&polled, 1, kTurn) > 0) return true;
    return false;
  }

  std::unique_ptr<CURL, crypto::OpensslFree<&curl_easy_cleanup>> curl_;
  steady_clock::time_point end_;
  std::stop_token stop_;
  curl_socket_t socket_ = CURL_SOCKET_BAD;
};

CURLcode exchange(Connection& connection, Bytes message, Buffer& answer) {
  Writer framed;
  framed.u16(static_cast<std::uint16_t>(message.size())).bytes(message);
  std::array<std::uint8_t, 2> size{};
  CURLcode code = connection.connect();
  if (code == CURLE_OK) code = connection.send(framed.view());
  if (code == CURLE_OK) code = connection.receive(size);
  answer.resize(static_cast<std::size_t>(size[0]) << 8U | size[1]);
  if (code == CURLE_OK) code = connection.receive(answer);
  return code;
}

}  // namespace

Result<Buffer> exchange_over_tcp(const std::string& server, Bytes message, std::chrono::seconds limit,
                                 const std::stop_token& stop) {
  Connection connection(server, limit, stop);
  Buffer answer;
  const CURLcode code = exchange(connection, message, answer);
  if (stop.stop_requested()) return fail(AcmeError::stopped);
  if (code != CURLE_OK)
    return fail(AcmeError::challenge, fmt::format("the DNS server {}: {}", server, curl_easy_strerror(code)));
  return answer;
}

}  // namespace rozaneh::front::acme
