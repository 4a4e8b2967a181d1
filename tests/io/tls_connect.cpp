// Our TLS client alone, for tests/e2e/hello_test.py:
//
//     tls_connect PORT NAME AUTHORITIES.pem ALPN[,ALPN] [openssl]
//
// Connects to loopback, says what was agreed or why not, asks for / and prints the answer.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "io/dial.h"
#include "io/tls_client.h"

namespace rozaneh::io {
namespace {

class NoLog final : public Log {
 public:
  [[nodiscard]] bool enabled(Level /*level*/) const override { return false; }
  void write(Level /*level*/, std::string_view /*line*/) override {}
};

std::vector<std::string> parts(const std::string& list) {
  std::vector<std::string> all(1);
  for (const char letter : list) {
    if (letter == ',') {
      all.emplace_back();
    } else {
      all.back() += letter;
    }
  }
  return all;
}

Task<> ask(Stream& stream) {
  const auto sent =
      co_await stream.write(bytes_of("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
  if (!sent) co_return;
  for (;;) {
    const auto chunk = co_await stream.read();
    if (!chunk || chunk->empty()) co_return;
    fmt::print("{}", text_of(chunk->bytes()));
  }
}

Task<> visit(Loop& loop, const TlsClient& client, std::uint16_t port, std::string name) {
  TcpDialer dialer(loop);
  const Target target = *Target::from_host("127.0.0.1", port);
  auto raw = co_await dialer.dial(target);
  if (raw) {
    auto inside = co_await client.connect(loop, std::move(*raw), name);
    if (inside) {
      fmt::print("agreed alpn={}\n", (*inside)->alpn());
      co_await ask(**inside);
    } else {
      fmt::print("failed {}\n", inside.error().message());
    }
  }
  loop.stop();
}

int run(const std::vector<std::string>& words) {
  if (words.size() < 5) return EXIT_FAILURE;
  std::ifstream file(words[3]);
  TlsClient::Options options;
  options.authorities.assign(std::istreambuf_iterator<char>(file), {});
  options.alpn = parts(words[4]);
  if (words.size() > 5) options.hello = TlsClient::Hello::openssl;
  const auto client = TlsClient::make(options);
  if (!client) return EXIT_FAILURE;
  NoLog log;
  Loop loop(log);
  loop.spawn(visit(loop, *client, static_cast<std::uint16_t>(std::stoi(words[1])), words[2]));
  loop.run();
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace rozaneh::io

int main(int count, char** words) { return rozaneh::io::run({words, words + count}); }
