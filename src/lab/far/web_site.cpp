#include "lab/far/web_site.h"

#include <fmt/format.h>

#include "io/deadline.h"
#include "lab/far/numbered.h"
#include "wire/http_head.h"

namespace rozaneh::lab {
namespace {

constexpr std::chrono::seconds kHandshakeLimit{30};
constexpr std::chrono::minutes kConnectionLimit{30};
constexpr std::string_view kPage =
    "<!doctype html><title>Far side</title><p>This page came from the far side of the lab.\n";

struct Answer {
  std::string_view status = "200 OK";
  std::string_view type = "application/octet-stream";
  std::uint64_t size = 0;
  std::string_view text;  // empty: numbered bytes
};

Answer answer_to(std::string_view method, std::string_view target) {
  const bool head = method == "HEAD";
  if (method != "GET" && !head) return {.status = "405 Method Not Allowed", .type = "text/plain", .text = {}};
  if (const auto size = numbered_size(target)) return {.size = head ? 0 : *size, .text = {}};
  if (target == "/")
    return {.type = "text/html", .size = kPage.size(), .text = head ? std::string_view() : kPage};
  return {.status = "404 Not Found", .type = "text/plain", .size = 0, .text = {}};
}

io::Task<Result<>> send_numbered(io::Loop& loop, io::Stream& stream, std::uint64_t size) {
  io::Chunk chunk = loop.pool().borrow();
  for (std::uint64_t sent = 0; sent < size;) {
    const MutableBytes block = chunk.room().first(std::min<std::uint64_t>(chunk.room().size(), size - sent));
    fill_numbered(block, sent);
    const auto written = co_await stream.write(block);
    if (!written) co_return written;
    sent += block.size();
  }
  co_return Result<>();
}

// Reads up to the end of the next request's head; nothing where the client has no more.
io::Task<Result<std::optional<HttpHead>>> next_request(io::Stream& stream, Buffer& received) {
  for (;;) {
    auto head = parse_http_head(received);
    if (!head) co_return std::unexpected(head.error());
    if (*head) co_return head;
    const auto chunk = co_await stream.read();
    if (!chunk) co_return std::unexpected(chunk.error());
    if (chunk->empty()) co_return std::optional<HttpHead>();
    append(received, chunk->bytes());
  }
}

}  // namespace

io::Task<Result<>> WebSite::converse(io::Loop& loop, io::StreamPtr stream) {
  if (tls_ != nullptr) {
    const io::Deadline limit(loop, kHandshakeLimit, *stream);
    auto inside = co_await tls_->accept(loop, std::move(stream));
    if (!inside) co_return std::unexpected(inside.error());
    stream = std::move(*inside);
  }
  const io::Deadline limit(loop, kConnectionLimit, *stream);
  Buffer received;
  for (;;) {
    const auto head = co_await next_request(*stream, received);
    if (!head) co_return std::unexpected(head.error());
    if (!*head) break;
    std::string_view line = (*head)->start_line;
    const std::string_view method = take_http_word(line);
    const std::string_view target = take_http_word(line);
    const Answer answer = answer_to(method, target);
    const std::string reply =
        fmt::format("HTTP/1.1 {}\r\nServer: far\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n{}",
                    answer.status, answer.type, answer.size, answer.text);
    const auto written = co_await stream->write(bytes_of(reply));
    if (!written) co_return written;
    if (answer.text.empty() && answer.size > 0) {
      const auto sent = co_await send_numbered(loop, *stream, answer.size);
      if (!sent) co_return sent;
    }
    if ((*head)->get("connection").value_or("") == "close" || line == "HTTP/1.0") break;
    received.erase(received.begin(), received.begin() + static_cast<std::ptrdiff_t>((*head)->size));
  }
  co_return co_await stream->finish();
}

io::Task<> WebSite::serve(io::Loop& loop, io::StreamPtr stream, Endpoint /*peer*/) {
  // Whatever goes wrong is what the lab is for.
  const auto outcome = co_await converse(loop, std::move(stream));
  (void)outcome;
}

}  // namespace rozaneh::lab
