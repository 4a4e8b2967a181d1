#include "site/conditions.h"

#include "site/date.h"

namespace rozaneh::site {
namespace {

std::string_view without_weakness(std::string_view etag) {
  if (etag.size() > 2 && etag.starts_with("W/")) etag.remove_prefix(2);
  return etag;
}

void skip(std::string_view& text, std::string_view letters) {
  text.remove_prefix(std::min(text.find_first_not_of(letters), text.size()));
}

// Whether `etag` stands in the list; `*` is every one.
bool lists(std::string_view list, std::string_view etag, bool weak) {
  if (list == "*") return true;
  if (weak) etag = without_weakness(etag);
  while (!list.empty()) {
    if (weak) list = without_weakness(list);
    if (list.starts_with(etag)) {
      std::string_view behind = list.substr(etag.size());
      skip(behind, " \t");
      if (behind.empty() || behind.front() == ',') return true;
    }
    list.remove_prefix(std::min(list.find(','), list.size()));
    skip(list, " \t,");
  }
  return false;
}

// "gzip;q=0.5": whether what follows the name leaves it wanted.
bool has_quality(std::string_view text) {
  skip(text, " ");
  if (text.empty() || text.front() == ',') return true;
  if (text.front() != ';') return false;
  text.remove_prefix(1);
  skip(text, " ");
  if (text.empty()) return true;
  if (text.size() < 3 || (text[0] | 0x20) != 'q' || text[1] != '=') return false;
  text = text.substr(2, text.find_first_of(", ", 2) - 2);
  if (text == "0" || text == "1") return text == "1";
  if (text.size() < 2 || text.size() > 5 || text[1] != '.' || (text[0] != '0' && text[0] != '1'))
    return false;
  const std::string_view digits = text.substr(2);
  if (digits.find_first_not_of("0123456789") != std::string_view::npos) return false;
  const bool zero = digits.find_first_not_of('0') == std::string_view::npos;
  return text[0] == '1' ? zero : !zero;
}

}  // namespace

Verdict judge(const Request& request, std::string_view etag, std::time_t modified) {
  const std::string* unmodified_since = request.get("if-unmodified-since");
  if (unmodified_since != nullptr && parse_http_date(*unmodified_since).value_or(-1) < modified)
    return Verdict::failed;
  const std::string* match = request.get("if-match");
  if (match != nullptr && !lists(*match, etag, false)) return Verdict::failed;
  const std::string* since = request.get("if-modified-since");
  const std::string* none_match = request.get("if-none-match");
  if (since == nullptr && none_match == nullptr) return Verdict::serve;
  // Only the very same date counts (if_modified_since exact).
  if (since != nullptr && parse_http_date(*since) != modified) return Verdict::serve;
  if (none_match != nullptr && !lists(*none_match, etag, true)) return Verdict::serve;
  return Verdict::not_modified;
}

bool ranges_apply(const Request& request, std::string_view etag, std::time_t modified) {
  const std::string* range = request.get("range");
  if (range == nullptr || range->size() < 7 || !same_name(std::string_view(*range).substr(0, 6), "bytes="))
    return false;
  const std::string* condition = request.get("if-range");
  if (condition == nullptr) return true;
  if (condition->size() >= 2 && condition->ends_with('"')) return *condition == etag;
  return parse_http_date(*condition) == modified;
}

bool takes_gzip(const Request& request) {
  const std::string* accepted = request.get("accept-encoding");
  if (accepted == nullptr || request.version < Version::http11 || request.get("via") != nullptr) return false;
  if (accepted->starts_with("gzip,")) return true;
  const std::string low = lower_case(*accepted);
  for (std::size_t place = low.find("gzip"); place != std::string::npos;
       place = low.find("gzip", place + 4)) {
    if (place == 0 || low[place - 1] == ',' || low[place - 1] == ' ')
      return has_quality(std::string_view(*accepted).substr(place + 4));
  }
  return false;
}

bool is_msie6(const Request& request) {
  const std::string* agent = request.get("user-agent");
  if (agent == nullptr || agent->find("Opera") != std::string::npos) return false;
  const std::size_t place = agent->find("MSIE ");
  if (place == std::string::npos || place + 7 >= agent->size() || (*agent)[place + 6] != '.') return false;
  const char major = (*agent)[place + 5];
  return major == '4' || major == '5' || (major == '6' && agent->find("SV1", place + 8) == std::string::npos);
}

}  // namespace rozaneh::site
