#include "front/acme/keeper.h"

#include <fmt/chrono.h>

#include <algorithm>

namespace rozaneh::front::acme {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

// Authorities say by Retry-After when to ask for the window again; six hours is what Let's Encrypt says.
constexpr hours kWindowAge{6};
// Clocks jump, machines sleep: nothing is waited for longer at one time.
constexpr hours kLongestSleep{1};

}  // namespace

Keeper::Keeper(Options options, Store& store, Client::Parts parts, Random& random, Certificates& into)
    : options_(std::move(options)),
      store_(store),
      parts_(parts),
      client_(std::move(parts)),
      random_(random),
      into_(into) {
  for (const KeyKind kind : options_.kinds)
    slots_.push_back({.kind = kind, .certificate = {}, .facts = {}, .due = {}});
}

Keeper::~Keeper() = default;

void Keeper::load() {
  const auto& names = options_.order.names;
  for (Slot& slot : slots_) {
    auto kept = store_.certificate(names.front(), slot.kind);
    if (!kept) continue;
    const auto facts = examine(*kept);
    if (facts && check_use(*facts, names, parts_.now())) take(slot, std::move(*kept));
  }
  publish();
}

void Keeper::renew_all() {
  for (Slot& slot : slots_) slot.due = Time();
  ask_windows_at_ = parts_.now() + kWindowAge;
}

// The caller has examined it.
void Keeper::take(Slot& slot, Certificate certificate) {
  slot.facts = *examine(certificate);
  slot.due = renewal_time(slot.facts, random_);
  slot.certificate = std::move(certificate);
}

void Keeper::publish() {
  std::vector<Certificate> all;
  std::optional<Time> expiry;
  for (const Slot& slot : slots_) {
    if (!slot.certificate) continue;
    all.push_back(*slot.certificate);
    expiry = std::min(expiry.value_or(slot.facts.not_after), slot.facts.not_after);
  }
  {
    const std::scoped_lock lock(mutex_);
    health_.first_expiry = expiry;
  }
  if (!all.empty()) into_.replace(std::move(all));
}

void Keeper::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Keeper::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto next = round(stop);
    if (!next && next.error().is(AcmeError::stopped)) return;
    const Time at = next ? *next : not_before_;
    {
      const std::scoped_lock lock(mutex_);
      health_.next_try = at;
    }
    if (!next)
      parts_.log.error("no new certificate for {}: {}; next try at {:%F %T} UTC",
                       options_.order.names.front(), next.error().message(), at);
    do {
      if (!parts_.sleep(std::clamp<seconds>(at - parts_.now(), seconds(1), kLongestSleep), stop)) return;
    } while (parts_.now() < at);
  }
}

Result<Time> Keeper::round(const std::stop_token& stop) {
  ask_for_windows(stop);
  for (Slot& slot : slots_) {
    if (slot.certificate && parts_.now() < slot.due) continue;
    auto renewed = renew(slot, stop);
    // The same authority and the same proofs: what failed for one kind of key fails for the other.
    if (!renewed) {
      after_failure(renewed.error());
      return std::unexpected(renewed.error());
    }
  }
  return next_due();
}

Time Keeper::next_due() const {
  Time next = parts_.now() + kWindowAge;
  for (const Slot& slot : slots_) next = std::min(next, slot.due);
  return next;
}

void Keeper::ask_for_windows(const std::stop_token& stop) {
  const Time now = parts_.now();
  if (now < ask_windows_at_) return;
  ask_windows_at_ = now + kWindowAge;
  for (Slot& slot : slots_) {
    if (!slot.certificate) continue;
    const auto window = client_.ask_renewal(options_.order.directory, slot.facts, stop);
    // Without an answer it is renewed by its age.
    if (window && *window) slot.due = std::min(renewal_time(**window, random_, now), slot.facts.not_after);
    if (!window) parts_.log.debug("no renewal window: {}", window.error().message());
  }
}

Result<> Keeper::spend() {
  const Time now = parts_.now();
  OrderBudget budget = store_.budget(now);
  if (const auto wait = budget.wait(now); wait.count() > 0) {
    not_before_ = now + wait;
    return fail(AcmeError::settings,
                fmt::format("{} orders within an hour are enough", OrderBudget::kAnHour));
  }
  budget.spend(now);
  return store_.keep(budget);
}

Result<> Keeper::renew(Slot& slot, const std::stop_token& stop) {
  not_before_ = Time();
  const auto account = store_.account(options_.order.directory);
  if (!account) return std::unexpected(account.error());
  if (auto spent = spend(); !spent) return spent;
  Order::Options order = options_.order;
  if (slot.certificate) order.replaces = renewal_id(slot.facts);
  auto fresh = client_.obtain(order, *account, slot.kind, stop);
  if (!fresh) return std::unexpected(fresh.error());
  return keep(slot, std::move(*fresh));
}

// One that cannot be stored is used only where there is nothing better: after a restart it would be gone, and
// the authority counts it nevertheless.
Result<> Keeper::keep(Slot& slot, Certificate fresh) {
  const auto stored = store_.keep(options_.order.names.front(), slot.kind, fresh);
  const bool old_one_serves = slot.certificate && parts_.now() < slot.facts.not_after;
  if (stored || !old_one_serves) {
    take(slot, std::move(fresh));
    publish();
  }
  if (!stored) return std::unexpected(stored.error());
  failures_ = 0;
  parts_.log.info("a new certificate ({}) for {}, valid until {:%F %T} UTC", name_of(slot.kind),
                  options_.order.names.front(), slot.facts.not_after);
  const std::scoped_lock lock(mutex_);
  ++health_.obtained;
  health_.last_failure.clear();
  return {};
}

void Keeper::after_failure(const Error& error) {
  ++failures_;
  not_before_ = std::max(not_before_, parts_.now() + pause_after(failures_, client_.leave_alone(), random_));
  const std::scoped_lock lock(mutex_);
  ++health_.failed;
  health_.last_failure = error.message();
}

Keeper::Health Keeper::health() const {
  const std::scoped_lock lock(mutex_);
  return health_;
}

}  // namespace rozaneh::front::acme
