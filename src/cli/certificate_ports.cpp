#include "cli/certificate_ports.h"

#include <fmt/format.h>

#include "front/certificates/make.h"
#include "io/deadline.h"

namespace rozaneh::cli {
namespace {

constexpr std::chrono::seconds kLimit{10};
constexpr std::size_t kLongestHead = 8192;

// "GET /path?query HTTP/1.1" -> "/path"
std::string_view path_of(std::string_view head) {
  if (!head.starts_with("GET ")) return {};
  head.remove_prefix(4);
  return head.substr(0, head.find_first_of(" ?\r\n"));
}

std::string response_to(std::string_view head, const front::ChallengeAnswers& answers) {
  const auto body = answers.http_answer(path_of(head));
  return fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: application/octet-stream\r\nContent-Length: {}\r\nConnection: "
      "close\r\n\r\n{}",
      body ? "200 OK" : "404 Not Found", body ? body->size() : 0, body.value_or(""));
}

}  // namespace

io::Task<> HttpChallengePort::serve(io::Loop& loop, io::StreamPtr stream, Endpoint /*peer*/) {
  const io::Deadline limit(loop, kLimit, *stream);
  std::string head;
  while (!head.contains("\r\n\r\n") && head.size() < kLongestHead) {
    const auto chunk = co_await stream->read();
    if (!chunk || chunk->empty()) co_return;
    head.append(text_of(chunk->bytes()));
  }
  const std::string response = response_to(head, answers_);
  const auto written = co_await stream->write(bytes_of(response));
  if (!written) co_return;
  const auto finished = co_await stream->finish();
  if (!finished) co_return;
  const auto end = co_await stream->read();  // lets the peer close first
  (void)end;
}

Result<std::unique_ptr<TlsChallengePort>> TlsChallengePort::make(const front::ChallengeAnswers& answers) {
  // What anybody else is shown: nobody should come here, and a certificate of nobody's tells them nothing.
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const front::Certificate own = front::self_signed({"localhost"}, front::KeyKind::ec, now);
  auto server = io::TlsServer::make(
      {{.chain = own.chain, .key = own.key}},
      {.alpn = {},
       .special_protocol = std::string(front::kAcmeProtocol),
       .special_identity = [&answers](std::string_view name) -> std::optional<io::TlsIdentity> {
         const auto found = answers.alpn_certificate(name);
         if (!found) return std::nullopt;
         return io::TlsIdentity{.chain = found->chain, .key = found->key};
       }});
  if (!server) return std::unexpected(server.error());
  return std::unique_ptr<TlsChallengePort>(new TlsChallengePort(std::move(*server)));
}

io::Task<> TlsChallengePort::serve(io::Loop& loop, io::StreamPtr stream, Endpoint /*peer*/) {
  const io::Deadline limit(loop, kLimit, *stream);
  const auto inside = co_await server_.accept(loop, std::move(stream));
  if (!inside) co_return;
  const auto finished = co_await (*inside)->finish();
  if (!finished) co_return;
  const auto end = co_await (*inside)->read();
  (void)end;
}

}  // namespace rozaneh::cli
