#include "site/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "site/conditions.h"
#include "site/pages.h"
#include "site/ranges.h"

namespace rozaneh::site {
namespace {

constexpr std::uint64_t kLeastGzip = 20;  // gzip_min_length

// Internet Explorer and Chrome get longer pages.
bool wants_padding(const Request& request) {
  const std::string* agent = request.get("user-agent");
  if (agent == nullptr || request.version < Version::http10) return false;
  const std::size_t msie = agent->find("MSIE ");
  const bool opera = agent->find("Opera") != std::string::npos;
  if (!opera && msie != std::string::npos && msie + 7 < agent->size()) return true;
  return !opera && agent->find("Gecko/") == std::string::npos && agent->find("Chrome/") != std::string::npos;
}

std::string etag_of(const Answer& answer) {
  const Field* etag = answer.find("ETag");
  return etag == nullptr ? std::string() : etag->value;
}

void apply_conditions(const Request& request, Answer& answer) {
  if (answer.status != 200 || !answer.modified) return;
  const Verdict verdict = judge(request, etag_of(answer), *answer.modified);
  if (verdict == Verdict::failed) {
    const bool says_continue = answer.says_continue;
    answer = error_answer(request, 412);
    answer.says_continue = says_continue;
  } else if (verdict == Verdict::not_modified) {
    answer.status = 304;
    answer.type.clear();
    answer.length.reset();
    answer.head_only = true;
  }
}

// A charset does not matter.
bool is_html(std::string_view type) {
  return type.starts_with("text/html") && (type.size() == 9 || type[9] == ';' || type[9] == ' ');
}

void apply_gzip(const Request& request, Answer& answer) {
  const bool right_status = answer.status == 200 || answer.status == 403 || answer.status == 404;
  if (!right_status || !is_html(answer.type) || answer.length.value_or(kLeastGzip) < kLeastGzip) return;
  if (answer.find("Content-Encoding") != nullptr || !takes_gzip(request)) return;
  answer.gzip_of = answer.length.value_or(0);
  answer.length.reset();
  for (Field& field : answer.fields)
    if (same_name(field.name, "etag") && !field.value.starts_with("W/")) field.value.insert(0, "W/");
  answer.remove("Accept-Ranges");
  answer.fields.push_back({"Content-Encoding", "gzip"});
}

void send_one_range(Answer& answer, Range range) {
  answer.fields.push_back(
      {"Content-Range", fmt::format("bytes {}-{}/{}", range.from, range.to - 1, *answer.length)});
  answer.length = range.to - range.from;
  answer.parts = {Part{{}, range.from, range.to}};
}

void send_ranges(Answer& answer, const std::vector<Range>& ranges, std::uint64_t number) {
  const std::string boundary = fmt::format("{:020}", number);
  std::vector<Part> parts;
  std::uint64_t length = 0;
  for (const Range& range : ranges) {
    std::string text = fmt::format("\r\n--{}\r\nContent-Type: {}\r\nContent-Range: bytes {}-{}/{}\r\n\r\n",
                                   boundary, answer.type, range.from, range.to - 1, *answer.length);
    length += text.size() + range.to - range.from;
    parts.push_back({std::move(text), 0, 0});
    parts.push_back({{}, range.from, range.to});
  }
  parts.push_back({fmt::format("\r\n--{}--\r\n", boundary), 0, 0});
  answer.length = length + parts.back().text.size();
  answer.parts = std::move(parts);
  answer.type = "multipart/byteranges; boundary=" + boundary;
}

void apply_ranges(const Request& request, Answer& answer, std::uint64_t number) {
  const bool allowed = answer.status == 200 && answer.length && answer.content && answer.modified;
  if (!allowed || request.version < Version::http10) return;
  std::optional<std::vector<Range>> ranges;
  if (ranges_apply(request, etag_of(answer), *answer.modified))
    ranges = parse_ranges(*request.get("range"), *answer.length);
  if (!ranges) {
    answer.fields.push_back({"Accept-Ranges", "bytes"});
    return;
  }
  if (ranges->empty()) {
    const std::uint64_t size = *answer.length;
    const bool says_continue = answer.says_continue;
    answer = error_answer(request, 416);
    answer.says_continue = says_continue;
    answer.fields.push_back({"Content-Range", fmt::format("bytes */{}", size)});
    return;
  }
  answer.status = 206;
  if (ranges->size() == 1)
    send_one_range(answer, ranges->front());
  else
    send_ranges(answer, *ranges, number);
}

}  // namespace

const Field* Answer::find(std::string_view name) const {
  const auto found =
      std::ranges::find_if(fields, [&](const Field& field) { return same_name(field.name, name); });
  return found == fields.end() ? nullptr : &*found;
}

void Answer::remove(std::string_view name) {
  std::erase_if(fields, [&](const Field& field) { return same_name(field.name, name); });
}

Answer error_answer(const Request& request, unsigned status) {
  Answer answer;
  answer.status = shown_status(status);
  answer.type = "text/html";
  answer.parts.push_back({error_page(status, wants_padding(request)), 0, 0});
  answer.length = answer.parts.front().text.size();
  answer.head_only = request.method == "HEAD";
  return answer;
}

void filter(const Request& request, Answer& answer, std::uint64_t multipart) {
  apply_conditions(request, answer);
  apply_gzip(request, answer);
  apply_ranges(request, answer, multipart);
  if (answer.status == 204) answer.head_only = true;
}

bool is_chunked(const Request& request, const Answer& answer) {
  return request.version == Version::http11 && !answer.length && !answer.head_only && answer.status >= 200 &&
         answer.status != 304 && answer.status != 204;
}

bool tells_end(const Request& request, const Answer& answer) {
  return answer.length || answer.head_only || answer.status < 200 || is_chunked(request, answer);
}

}  // namespace rozaneh::site
