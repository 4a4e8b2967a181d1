#include "transport/replay_filter.h"

#include "base/reader.h"
#include "base/writer.h"
#include "crypto/siphash.h"
#include "io/error.h"

namespace rozaneh::transport {
namespace {

constexpr std::size_t kEntrySize = 12;

std::uint64_t hash_of(const Secret<16>& key, Bytes tag) {
  const auto hash = crypto::siphash(key.bytes(), tag);
  return *Reader(hash).u64();
}

void write_entry(Writer& out, const ReplayFilter::Entry& entry) {
  out.u64(entry.hash).u32(static_cast<std::uint32_t>(entry.seen.time_since_epoch().count()));
}

}  // namespace

std::optional<ReplayFilter::Entry> ReplayFilter::insert(Bytes tag, Time now) {
  forget_old(now);
  const Entry entry{.hash = hash_of(key_, tag), .seen = now};
  if (hashes_.contains(entry.hash)) return std::nullopt;
  add(entry);
  return entry;
}

void ReplayFilter::restore(const Entry& entry, Time now) {
  const bool alive = std::chrono::abs(now - entry.seen) <= life_;
  if (alive && !hashes_.contains(entry.hash)) add(entry);
}

void ReplayFilter::forget_old(Time now) {
  // An entry from the future (the clock has been set back) stays until its own time has passed.
  while (!order_.empty() && now - order_.front().seen > life_) {
    hashes_.erase(order_.front().hash);
    order_.pop_front();
  }
}

void ReplayFilter::add(const Entry& entry) {
  if (order_.size() == kMostEntries) {
    hashes_.erase(order_.front().hash);
    order_.pop_front();
  }
  order_.push_back(entry);
  hashes_.insert(entry.hash);
}

Result<std::unique_ptr<KeptReplayFilter>> KeptReplayFilter::open(const Secret<16>& key, io::State& state,
                                                                 std::string name, ReplayFilter::Time now,
                                                                 std::chrono::seconds life) {
  std::unique_ptr<KeptReplayFilter> kept(new KeptReplayFilter(key, state, std::move(name), life));
  const auto record = state.read(kept->name_);
  if (!record) return std::unexpected(record.error());
  if (!*record) return kept;
  // A write that a full disk cut short leaves part of an entry at the end: it is no entry.
  Reader reader(**record);
  while (reader.left() >= kEntrySize) {
    const auto hash = reader.u64();
    const std::chrono::seconds seen{*reader.u32()};
    kept->filter_.restore({.hash = *hash, .seen = ReplayFilter::Time(seen)}, now);
  }
  if (auto rewritten = kept->rewrite(); !rewritten) return std::unexpected(rewritten.error());
  return kept;
}

bool KeptReplayFilter::seen(Bytes tag, ReplayFilter::Time now) {
  const std::scoped_lock lock(mutex_);
  const auto fresh = filter_.insert(tag, now);
  if (!fresh) return true;
  Writer entry;
  write_entry(entry, *fresh);
  // A write that failed may have left part of an entry, behind which nothing more can be read.
  const bool anew = unkept_ || kept_ >= 2 * ReplayFilter::kMostEntries;
  const auto written = anew ? rewrite() : state_.append(name_, entry.view());
  if (!anew) ++kept_;
  unkept_ = !written;
  return false;
}

Result<> KeptReplayFilter::rewrite() {
  Writer record;
  for (const auto& entry : filter_.entries()) write_entry(record, entry);
  kept_ = filter_.entries().size();
  return state_.write(name_, record.view());
}

}  // namespace rozaneh::transport
