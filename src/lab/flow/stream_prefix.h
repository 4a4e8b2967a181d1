// The beginning of one direction of a TCP connection, put together from its segments.
#pragma once

#include <optional>
#include <vector>

#include "lab/packet/view.h"

namespace rozaneh::lab {

// Of bytes that come twice and differ, the one that counts. Real stacks and real censors differ here; what
// was handed out as contiguous never changes either way.
enum class Overlap { first_wins, last_wins };

// Costs 104 bytes until data come, then at most the limit and 64 ranges (1 KiB). Segments come in any order,
// again, overlapping, and across the end of the sequence numbers. Data that begin 2^30 or more ahead of the
// furthest seen are no part of the stream (RFC 7323 section 2.3: no window is larger) and are passed over.
class StreamPrefix {
 public:
  static constexpr std::size_t kDefaultLimit = 32 * 1024;
  static constexpr std::size_t kMaxRanges = 64;

  explicit StreamPrefix(std::size_t limit = kDefaultLimit, Overlap overlap = Overlap::first_wins)
      : limit_(limit), overlap_(overlap) {}

  // Takes in a segment; true: the contiguous prefix grew. Without a SYN, the first segment with data begins
  // the stream. More than 64 ranges apart are too many: the segment that would make one more is passed over.
  bool add(const TcpHeader& header, Bytes payload);

  // The contiguous bytes from the stream's first on; borrowed until the next add().
  [[nodiscard]] Bytes bytes() const { return Bytes(data_).first(contiguous()); }
  [[nodiscard]] std::size_t size() const { return contiguous(); }
  // Whether the prefix has reached its limit; what comes later is not kept.
  [[nodiscard]] bool is_full() const { return contiguous() == limit_; }
  // Bytes of memory that its data take.
  [[nodiscard]] std::size_t held() const { return data_.capacity(); }
  // Whether data behind a gap are waiting for what belongs before them.
  [[nodiscard]] bool has_gap() const {
    return ranges_.size() > 1 || (ranges_.size() == 1 && ranges_[0].begin > 0);
  }

  [[nodiscard]] bool has_syn() const { return syn_; }
  // The FIN was seen, and all before it; only for streams that end within the limit.
  [[nodiscard]] bool is_complete() const { return fin_at_ && *fin_at_ == contiguous(); }
  [[nodiscard]] bool has_fin() const { return fin_at_.has_value(); }
  // How far the stream was seen to go, in bytes from its start, gaps included.
  [[nodiscard]] std::uint64_t furthest() const { return furthest_; }

 private:
  struct Range {
    std::size_t begin;
    std::size_t end;
  };

  [[nodiscard]] std::size_t contiguous() const {
    return ranges_.empty() || ranges_[0].begin > 0 ? 0 : ranges_[0].end;
  }
  [[nodiscard]] std::optional<std::int64_t> place_of(std::uint32_t seq) const;
  bool keep(std::size_t begin, Bytes bytes);
  void write(std::size_t begin, Bytes bytes);
  void mark(std::size_t begin, std::size_t end);

  std::size_t limit_;
  Overlap overlap_;
  std::optional<std::uint32_t> base_;  // the sequence number of the first byte
  std::uint64_t furthest_ = 0;
  std::optional<std::uint64_t> fin_at_;
  bool syn_ = false;
  Buffer data_;
  std::vector<Range> ranges_;  // what of data_ is there: by place, apart from each other
};

}  // namespace rozaneh::lab
