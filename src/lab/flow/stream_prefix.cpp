#include "lab/flow/stream_prefix.h"

namespace rozaneh::lab {
namespace {

constexpr std::int64_t kFurthestAhead = std::int64_t{1} << 30U;

}  // namespace

// Where in the stream a sequence number stands: the nearest place to the furthest that was seen, so that the
// numbers may wrap around. Negative: before the start.
std::optional<std::int64_t> StreamPrefix::place_of(std::uint32_t seq) const {
  const auto ahead = static_cast<std::int32_t>(seq - (*base_ + static_cast<std::uint32_t>(furthest_)));
  if (ahead >= kFurthestAhead) return std::nullopt;
  return static_cast<std::int64_t>(furthest_) + ahead;
}

bool StreamPrefix::add(const TcpHeader& header, Bytes payload) {
  const bool syn = header.has(kSyn);
  const std::uint32_t seq = header.seq + (syn ? 1U : 0U);
  if (!base_) {
    if (!syn && payload.empty()) return false;
    base_ = seq;
  }
  const auto place = place_of(seq);
  if (!place) return false;
  syn_ = syn_ || (syn && *place == 0);
  const std::int64_t end = *place + static_cast<std::int64_t>(payload.size());
  if (end < 0) return false;
  furthest_ = std::max(furthest_, static_cast<std::uint64_t>(end));
  if (header.has(kFin) && !fin_at_) fin_at_ = static_cast<std::uint64_t>(end);
  // A repeated segment may begin before the stream as it is known here.
  if (*place < 0) payload = payload.subspan(static_cast<std::size_t>(-*place));
  const auto begin = static_cast<std::uint64_t>(std::max<std::int64_t>(0, *place));
  if (begin >= limit_) return false;
  return keep(begin, payload.first(std::min(payload.size(), limit_ - begin)));
}

bool StreamPrefix::keep(std::size_t begin, Bytes bytes) {
  const std::size_t before = contiguous();
  if (begin < before) {
    const std::size_t known = std::min(before - begin, bytes.size());
    begin += known;
    bytes = bytes.subspan(known);
  }
  if (bytes.empty()) return false;
  const std::size_t end = begin + bytes.size();
  const auto touches = [&](const Range& range) { return range.begin <= end && begin <= range.end; };
  if (ranges_.size() >= kMaxRanges && std::ranges::none_of(ranges_, touches)) return false;
  write(begin, bytes);
  mark(begin, end);
  return contiguous() > before;
}

void StreamPrefix::write(std::size_t begin, Bytes bytes) {
  const std::size_t end = begin + bytes.size();
  if (data_.capacity() < end) data_.reserve(std::min(limit_, std::max(end, 2 * data_.capacity())));
  if (data_.size() < end) data_.resize(end);
  if (overlap_ == Overlap::last_wins) {
    copy(MutableBytes(data_).subspan(begin), bytes);
    return;
  }
  std::size_t at = begin;
  const auto fill = [&](std::size_t until) {
    if (until > at) copy(MutableBytes(data_).subspan(at), bytes.subspan(at - begin, until - at));
  };
  for (const Range& range : ranges_) {
    if (range.end <= at || range.begin >= end) continue;
    fill(range.begin);
    at = range.end;
  }
  fill(end);
}

void StreamPrefix::mark(std::size_t begin, std::size_t end) {
  std::erase_if(ranges_, [&](const Range& range) {
    if (range.begin > end || begin > range.end) return false;
    begin = std::min(begin, range.begin);
    end = std::max(end, range.end);
    return true;
  });
  const auto after = std::ranges::lower_bound(ranges_, begin, {}, &Range::begin);
  ranges_.insert(after, {begin, end});
}

}  // namespace rozaneh::lab
