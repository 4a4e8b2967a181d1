#include "site/date.h"

#include <fmt/format.h>

#include <array>
#include <chrono>

namespace rozaneh::site {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

// Reads off the front of a text; once something was wrong it stays so.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  void skip(char letter) {
    if (rest_.empty() || rest_.front() != letter)
      good_ = false;
    else
      rest_.remove_prefix(1);
  }
  void skip_spaces() { rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size())); }
  int number(std::size_t digits) {
    int value = 0;
    if (rest_.size() < digits) good_ = false;
    for (std::size_t i = 0; good_ && i < digits; ++i) {
      good_ = rest_[i] >= '0' && rest_[i] <= '9';
      value = value * 10 + (rest_[i] - '0');
    }
    if (good_) rest_.remove_prefix(digits);
    return value;
  }
  unsigned month() {
    for (unsigned i = 0; i < kMonths.size(); ++i) {
      if (!rest_.starts_with(kMonths[i])) continue;
      rest_.remove_prefix(3);
      return i + 1;
    }
    good_ = false;
    return 1;
  }
  [[nodiscard]] char next() const { return rest_.empty() ? '\0' : rest_.front(); }
  [[nodiscard]] bool good() const { return good_; }

 private:
  std::string_view rest_;
  bool good_ = true;
};

struct Parts {
  int year = 0;
  unsigned month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
};

void read_time(Scanner& scan, Parts& parts) {
  scan.skip(' ');
  parts.hour = scan.number(2);
  scan.skip(':');
  parts.minute = scan.number(2);
  scan.skip(':');
  parts.second = scan.number(2);
}

// "14 Nov 2023 22:13:20" or "14-Nov-23 22:13:20".
void read_day_first(Scanner& scan, Parts& parts) {
  parts.day = scan.number(2);
  const char separator = scan.next() == '-' ? '-' : ' ';
  scan.skip(separator);
  parts.month = scan.month();
  scan.skip(separator);
  if (separator == ' ') {
    parts.year = scan.number(4);
  } else {
    parts.year = scan.number(2);
    parts.year += parts.year < 70 ? 2000 : 1900;
  }
  read_time(scan, parts);
}

// "Nov 14 22:13:20 2023", a day below ten with a second space in front.
void read_month_first(Scanner& scan, Parts& parts) {
  parts.month = scan.month();
  scan.skip(' ');
  if (scan.next() == ' ') scan.skip(' ');
  parts.day = scan.number(1);
  if (scan.next() != ' ') parts.day = parts.day * 10 + scan.number(1);
  read_time(scan, parts);
  scan.skip(' ');
  parts.year = scan.number(4);
}

std::optional<std::time_t> time_of(const Parts& parts) {
  namespace c = std::chrono;
  if (parts.hour > 23 || parts.minute > 59 || parts.second > 59) return std::nullopt;
  const c::year_month_day date(c::year(parts.year), c::month(parts.month),
                               c::day(static_cast<unsigned>(parts.day)));
  if (parts.day > 0 && !date.ok()) return std::nullopt;
  const c::sys_days first(c::year_month_day(date.year(), date.month(), c::day(1)));
  return (first.time_since_epoch().count() + parts.day - 1) * std::time_t{86400} + parts.hour * 3600 +
         parts.minute * 60 + parts.second;
}

}  // namespace

std::string http_date(std::time_t time) {
  namespace c = std::chrono;
  const c::sys_seconds seconds{c::seconds(time)};
  const auto day = c::floor<c::days>(seconds);
  const c::year_month_day date(day);
  const c::hh_mm_ss clock(seconds - day);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[c::weekday(day).c_encoding()],
                     static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

std::optional<std::time_t> parse_http_date(std::string_view text) {
  const std::size_t end = text.find_first_of(", ");
  if (end == std::string_view::npos) return std::nullopt;
  const bool month_first = text[end] == ' ';
  Scanner scan(text.substr(end + 1));
  scan.skip_spaces();
  Parts parts;
  if (month_first)
    read_month_first(scan, parts);
  else
    read_day_first(scan, parts);
  if (!scan.good()) return std::nullopt;
  return time_of(parts);
}

}  // namespace rozaneh::site
