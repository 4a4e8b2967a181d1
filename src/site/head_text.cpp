#include "site/head_text.h"

#include <fmt/format.h>

#include "site/date.h"
#include "site/pages.h"

namespace rozaneh::site {
namespace {

constexpr unsigned kSwitching = 101;  // as a server behind may say

}  // namespace

std::string absolute_url(const Request& request, const std::string& path, const HeadFacts& facts) {
  std::string host = request.host;
  if (host.empty()) {
    host = facts.local.address.to_string();
    if (facts.local.address.is_v6()) host = '[' + host + ']';
  }
  const bool usual = facts.local.port == (facts.tls ? 443 : 80);
  const std::string port = usual ? std::string() : fmt::format(":{}", facts.local.port);
  return fmt::format("{}://{}{}{}", facts.tls ? "https" : "http", host, port, path);
}

std::string head_text(const Request& request, const Answer& answer, const HeadFacts& facts) {
  std::string head =
      fmt::format("HTTP/1.1 {}\r\n", answer.words.empty() ? status_line(answer.status) : answer.words);
  const auto add = [&](std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
  };
  if (answer.find("Server") == nullptr) add("Server", kServer);
  if (answer.find("Date") == nullptr) add("Date", http_date(facts.now));
  if (!answer.type.empty()) add("Content-Type", answer.type);
  if (answer.length) add("Content-Length", std::to_string(*answer.length));
  if (answer.modified) add("Last-Modified", http_date(*answer.modified));
  if (!answer.location.empty()) add("Location", absolute_url(request, answer.location, facts));
  if (is_chunked(request, answer)) add("Transfer-Encoding", "chunked");
  add("Connection", answer.status == kSwitching ? "upgrade" : facts.keep_alive ? "keep-alive" : "close");
  for (const Field& field : answer.fields) add(field.name, field.value);
  return head.append("\r\n");
}

}  // namespace rozaneh::site
