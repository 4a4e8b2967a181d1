// Times as authorities write them.
#include <array>
#include <charconv>

#include "front/acme/documents.h"

namespace rozaneh::front::acme {
namespace {

// A number of exactly so many digits, taken from the front.
std::optional<int> digits(std::string_view& text, std::size_t count) {
  int value = 0;
  if (text.size() < count) return std::nullopt;
  const std::string_view part = text.substr(0, count);
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
  if (error != std::errc() || end != part.data() + part.size() || value < 0) return std::nullopt;
  text.remove_prefix(count);
  return value;
}

bool skip(std::string_view& text, std::string_view what) {
  if (!text.starts_with(what)) return false;
  text.remove_prefix(what.size());
  return true;
}

std::optional<Time> time_of(int year, int month, int day, std::chrono::seconds of_day) {
  using namespace std::chrono;
  const year_month_day date(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                            std::chrono::day(static_cast<unsigned>(day)));
  // Leap seconds are written as 60.
  if (!date.ok() || of_day > hours(24)) return std::nullopt;
  return sys_days(date) + of_day;
}

std::optional<std::chrono::seconds> clock(std::string_view& text) {
  const auto hours = digits(text, 2);
  if (!hours || *hours > 23 || !skip(text, ":")) return std::nullopt;
  const auto minutes = digits(text, 2);
  if (!minutes || *minutes > 59 || !skip(text, ":")) return std::nullopt;
  const auto seconds = digits(text, 2);
  if (!seconds || *seconds > 60) return std::nullopt;
  return std::chrono::hours(*hours) + std::chrono::minutes(*minutes) + std::chrono::seconds(*seconds);
}

// "Z", "+02:00"; how far that clock is ahead.
std::optional<std::chrono::seconds> offset(std::string_view text) {
  if (text == "Z" || text == "z") return std::chrono::seconds(0);
  const bool ahead = skip(text, "+");
  if (!ahead && !skip(text, "-")) return std::nullopt;
  const auto hours = digits(text, 2);
  if (!hours || *hours > 23 || !skip(text, ":")) return std::nullopt;
  const auto minutes = digits(text, 2);
  if (!minutes || *minutes > 59 || !text.empty()) return std::nullopt;
  const std::chrono::seconds span = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return ahead ? span : -span;
}

// RFC 9110 section 5.6.7, the form that servers must send: "Sun, 06 Nov 1994 08:49:37 GMT".
std::optional<Time> parse_http_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto comma = text.find(", ");
  if (comma != 3) return std::nullopt;
  text.remove_prefix(comma + 2);
  const auto day = digits(text, 2);
  if (!day || !skip(text, " ")) return std::nullopt;
  int month = 0;
  for (std::size_t i = 0; i < kMonths.size() && month == 0; ++i)
    if (skip(text, kMonths[i])) month = static_cast<int>(i) + 1;
  if (month == 0 || !skip(text, " ")) return std::nullopt;
  const auto year = digits(text, 4);
  if (!year || !skip(text, " ")) return std::nullopt;
  const auto of_day = clock(text);
  if (!of_day || text != " GMT") return std::nullopt;
  return time_of(*year, month, *day, *of_day);
}

}  // namespace

std::optional<std::chrono::seconds> parse_retry_after(std::string_view text, Time now) {
  constexpr std::size_t kMostDigits = 9;
  int seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (!text.empty() && text.size() <= kMostDigits && error == std::errc() && end == text.data() + text.size())
    return std::chrono::seconds(std::max(seconds, 0));
  const auto date = parse_http_date(text);
  if (!date) return std::nullopt;
  return std::max(*date - now, std::chrono::seconds(0));
}

std::optional<Time> parse_timestamp(std::string_view text) {
  const auto year = digits(text, 4);
  if (!year || !skip(text, "-")) return std::nullopt;
  const auto month = digits(text, 2);
  if (!month || !skip(text, "-")) return std::nullopt;
  const auto day = digits(text, 2);
  if (!day || (!skip(text, "T") && !skip(text, "t"))) return std::nullopt;
  const auto of_day = clock(text);
  if (!of_day) return std::nullopt;
  if (skip(text, ".")) {
    const auto rest = text.find_first_not_of("0123456789");
    if (rest == 0 || rest == std::string_view::npos) return std::nullopt;
    text.remove_prefix(rest);
  }
  const auto ahead = offset(text);
  const auto local = time_of(*year, *month, *day, *of_day);
  if (!ahead || !local) return std::nullopt;
  return *local - *ahead;
}

}  // namespace rozaneh::front::acme
