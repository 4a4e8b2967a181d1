#include "front/plain_port.h"

#include <fmt/format.h>

#include "io/deadline.h"

namespace rozaneh::front {
namespace {

constexpr std::string_view kBegin = "GET /.well-known/acme-challenge/";
constexpr std::size_t kLongest = 1024;  // of the request's first line
constexpr std::chrono::seconds kLimit{60};

// Whether what came may still become such a request's first line.
bool may_be_a_check(Bytes begun) {
  const std::size_t count = std::min(begun.size(), kBegin.size());
  return text_of(begun).substr(0, count) == kBegin.substr(0, count);
}

bool has_line(Bytes bytes) { return text_of(bytes).find('\n') != std::string_view::npos; }

}  // namespace

std::optional<std::string> PlainPort::answer_to(Bytes request) const {
  std::string_view path = text_of(request);
  if (!path.starts_with(kBegin)) return std::nullopt;
  path.remove_prefix(4);  // the method
  path = path.substr(0, path.find_first_of(" ?\r\n"));
  return answers_.http_answer(path);
}

io::Task<> PlainPort::serve(io::Loop& loop, io::StreamPtr raw, Endpoint /*peer*/) {
  Buffer begun;
  {
    const io::Deadline limit(loop, kLimit, *raw);
    while (may_be_a_check(begun) && !has_line(begun) && begun.size() < kLongest) {
      const auto chunk = co_await raw->read();
      if (!chunk || chunk->empty()) co_return;
      append(begun, chunk->bytes());
    }
  }
  if (const auto answer = answer_to(begun)) {
    const std::string reply = fmt::format(
        "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {}\r\n"
        "Connection: close\r\n\r\n{}",
        answer->size(), *answer);
    const auto written = co_await raw->write(bytes_of(reply));
    if (!written) co_return;
    (void)co_await raw->finish();
    // Closing on what is unread would cut the answer off.
    const io::Deadline linger(loop, std::chrono::seconds(5), *raw);
    for (;;) {
      const auto rest = co_await raw->read();
      if (!rest || rest->empty()) co_return;
    }
  }
  site::Arrival arrival;
  arrival.tls = false;
  arrival.local.port = https_port_;
  co_await site_.serve_redirect(loop, std::move(raw), std::move(begun), arrival);
}

}  // namespace rozaneh::front
