#include "front/acme/schedule.h"

#include <algorithm>
#include <charconv>

#include "base/encoding.h"

namespace rozaneh::front::acme {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// A part of a span, at random; spans of certificates and windows are shorter than a century.
seconds part_of(seconds span, Random& random) {
  const auto bound = std::clamp<std::int64_t>(span.count(), 0, 0x7fffffff);
  return seconds(random.below(static_cast<std::uint32_t>(bound) + 1));
}

}  // namespace

Time renewal_time(const CertificateFacts& facts, Random& random) {
  const seconds life = facts.not_after - facts.not_before;
  return facts.not_after - life / 3 - part_of(life / 20, random);
}

Time renewal_time(const RenewalWindow& window, Random& random, Time now) {
  return std::max(now, window.start + part_of(window.end - window.start, random));
}

seconds pause_after(unsigned failures, std::optional<seconds> leave_alone, Random& random) {
  const seconds own = std::min<seconds>(minutes(5) * (1U << std::clamp(failures, 1U, 16U) >> 1U), hours(12));
  const seconds wanted = std::min<seconds>(leave_alone.value_or(seconds(0)), hours(24));
  const seconds pause = std::max(own, wanted);
  return pause + part_of(pause / 10, random);
}

std::string renewal_id(const CertificateFacts& facts) {
  if (facts.authority_key.empty()) return "";
  return encode_base64url(facts.authority_key) + "." + encode_base64url(facts.serial);
}

OrderBudget OrderBudget::parse(std::string_view text, Time now) {
  OrderBudget budget;
  std::vector<Time> times;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::int64_t value = 0;
    const std::string_view line = text.substr(0, end);
    const auto [stop, error] = std::from_chars(line.data(), line.data() + line.size(), value);
    if (error == std::errc() && stop == line.data() + line.size() && value > 0 &&
        value <= now.time_since_epoch().count())
      times.emplace_back(seconds(value));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::ranges::sort(times);
  for (const Time time : times) budget.spend(time);
  return budget;
}

std::string OrderBudget::text() const {
  std::string out;
  for (const Time time : spent_) out += std::to_string(time.time_since_epoch().count()) + "\n";
  return out;
}

seconds OrderBudget::wait(Time now) const {
  if (spent_.size() < kAnHour) return seconds(0);
  return std::max<seconds>(seconds(0), spent_.front() + hours(1) - now);
}

void OrderBudget::spend(Time now) {
  spent_.push_back(now);
  if (spent_.size() > kAnHour) spent_.pop_front();
}

}  // namespace rozaneh::front::acme
