#include "transport/webtunnel/gate.h"

#include "base/encoding.h"
#include "crypto/equal.h"
#include "crypto/sha1.h"
#include "transport/web/fields.h"

namespace rozaneh::webtunnel {
namespace {

// In the order of Tor's webtunnel, whose clients look at the two fields by their whole value.
constexpr std::string_view kAnswer =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n";
constexpr std::string_view kWebSocket = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 section 1.3

// Whether the word is in a field that is a list: some fronts add `keep-alive`.
bool lists(const site::Request& request, std::string_view field, std::string_view word) {
  const std::string* value = request.get(field);
  std::string_view rest = value != nullptr ? std::string_view(*value) : std::string_view();
  while (!rest.empty())
    if (site::same_name(web::take_item(rest), word)) return true;
  return false;
}

// Tor's clients send no key. Fronts that make one request of HTTP/1.1 out of one of HTTP/2 do, as HAProxy,
// and look at what is made of it.
std::string answer_to(const site::Request& request) {
  std::string answer(kAnswer);
  if (const std::string* key = request.get("sec-websocket-key")) {
    const auto hash = crypto::sha1(concat(bytes_of(*key), bytes_of(kWebSocket)));
    answer += "Sec-WebSocket-Accept: " + encode_base64(hash) + "=\r\n";
  }
  return answer + "\r\n";
}

}  // namespace

bool Gate::is_for_us(const site::Request& request) const {
  const std::string_view path = std::string_view(request.target).substr(0, request.target.find('?'));
  return crypto::equal(bytes_of(path), bytes_of(path_));
}

bool Gate::may_extend(const site::Request& so_far) const {
  return is_for_us(so_far) && so_far.version == site::Version::http2 && so_far.method == "CONNECT";
}

bool Gate::wants(const site::Request& request) const {
  if (may_extend(request)) return site::same_name(request.protocol, "websocket");
  return is_for_us(request) && request.version == site::Version::http11 && request.method == "GET" &&
         lists(request, "connection", "upgrade") && lists(request, "upgrade", "websocket");
}

io::Task<> Gate::take(io::Loop& loop, site::Request request, io::StreamPtr stream, Buffer early) {
  if (request.version != site::Version::http2) {
    const std::string answer = answer_to(request);
    const auto answered = co_await stream->write(bytes_of(answer));
    if (!answered) co_return;
  }
  const auto from = web::origin_of(request);
  co_await guests_.welcome(loop, std::move(stream), std::move(early), from);
}

}  // namespace rozaneh::webtunnel
