#include "site/proxied.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "site/uri.h"

namespace rozaneh::site {
namespace {

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::any_of(names, [&](std::string_view known) { return same_name(name, known); });
}

constexpr std::string_view kNotForwarded[] = {"host", "connection", "content-length", "transfer-encoding",
                                              "te",   "keep-alive", "expect",         "upgrade"};
constexpr std::string_view kNotPassedOn[] = {"date",
                                             "server",
                                             "x-pad",
                                             "x-accel-expires",
                                             "x-accel-redirect",
                                             "x-accel-limit-rate",
                                             "x-accel-buffering",
                                             "x-accel-charset",
                                             "connection",
                                             "keep-alive",
                                             "transfer-encoding",
                                             "status"};

std::optional<unsigned> parse_status(std::string_view line) {
  if (!line.starts_with("HTTP/1.") || line.size() < 12 || line[8] != ' ') return std::nullopt;
  unsigned status = 0;
  const auto [end, error] = std::from_chars(line.data() + 9, line.data() + 12, status);
  const bool good = error == std::errc() && end == line.data() + 12 && status >= 100;
  return good && (line.size() == 12 || line[12] == ' ') ? std::optional(status) : std::nullopt;
}

// A redirect to the server behind us is one to ourselves (proxy_redirect default).
void add_location(Answer& answer, std::string_view value, const Endpoint& upstream) {
  const std::string own = fmt::format("http://{}/", upstream.to_string());
  if (value.starts_with(own))
    answer.location = value.substr(own.size() - 1);
  else if (value.starts_with('/'))
    answer.location = value;
  else
    answer.fields.push_back({"Location", std::string(value)});
}

bool add(Answer& answer, const HttpHead::Field& field, const Endpoint& upstream) {
  if (is_one_of(field.name, kNotPassedOn)) return true;
  if (same_name(field.name, "content-type")) {
    answer.type = field.value;
  } else if (same_name(field.name, "content-length")) {
    std::uint64_t length = 0;
    const std::string_view text = field.value;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (error != std::errc() || end != text.data() + text.size()) return false;
    answer.length = length;
  } else if (same_name(field.name, "location")) {
    add_location(answer, field.value, upstream);
  } else {
    answer.fields.push_back({std::string(field.name), std::string(field.value)});
  }
  return true;
}

bool is_buffered(const HttpHead& head) {
  const std::string_view said = head.get("x-accel-buffering").value_or("");
  if (same_name(said, "no")) return false;
  const std::string_view type = head.get("content-type").value_or("");
  const std::string_view events = "text/event-stream";
  return same_name(said, "yes") || !same_name(type.substr(0, type.find_first_of("; ")), events);
}

}  // namespace

std::string proxied_request(const Request& request, const Endpoint& upstream, std::uint64_t body) {
  std::string target = request.target;
  if (!target.starts_with('/')) {
    target = escape_path(request.path);
    if (!request.query.empty()) target += '?' + request.query;
  }
  std::string head = fmt::format("{} {} HTTP/1.0\r\nHost: {}\r\nConnection: close\r\n", request.method,
                                 target, upstream.to_string());
  if (body > 0 || request.content_length) head += fmt::format("Content-Length: {}\r\n", body);
  for (const Field& field : request.fields)
    if (!is_one_of(field.name, kNotForwarded)) head += fmt::format("{}: {}\r\n", field.name, field.value);
  return head.append("\r\n");
}

Result<ProxiedAnswer> proxied_answer(const Request& request, const HttpHead& head, const Endpoint& upstream) {
  const auto status = parse_status(head.start_line);
  if (!status || head.size > kMostProxiedHead) return fail(HttpError::malformed);
  ProxiedAnswer proxied;
  Answer& answer = proxied.answer;
  answer.status = *status;
  answer.words = head.start_line.substr(9);
  for (const HttpHead::Field& field : head.fields)
    if (!add(answer, field, upstream)) return fail(HttpError::malformed);
  proxied.end.chunked = lower_case(head.get("transfer-encoding").value_or("")).contains("chunked");
  if (proxied.end.chunked) answer.length.reset();
  proxied.end.length = answer.length;
  proxied.buffered = is_buffered(head);
  answer.head_only = request.method == "HEAD" || *status == 204 || *status == 304;
  return proxied;
}

}  // namespace rozaneh::site
