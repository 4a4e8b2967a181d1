#include "transport/scramblesuit/record.h"

#include <cassert>

#include "base/reader.h"
#include "base/writer.h"
#include "crypto/equal.h"
#include "crypto/hash.h"
#include "transport/scramblesuit/error.h"

namespace rozaneh::scramblesuit {

RecordEncoder::RecordEncoder(const DirectionKey& key) : stream_(key.stream()), mac_key_(key.mac) {}

std::size_t RecordEncoder::add(MutableBytes wire, Flag flag, Bytes payload, std::size_t padding) {
  const std::size_t total = payload.size() + padding;
  assert(total <= kLargestPayload);
  const MutableBytes sealed = wire.subspan(kMacSize, kHeaderSize + total);
  store_u16(sealed, static_cast<std::uint16_t>(total));
  store_u16(sealed.subspan(2), static_cast<std::uint16_t>(payload.size()));
  sealed[4] = static_cast<std::uint8_t>(flag);
  copy(sealed.subspan(kHeaderSize), payload);
  std::ranges::fill(sealed.subspan(kHeaderSize + payload.size()), std::uint8_t{0});
  stream_.apply(sealed);
  copy(wire, Bytes(crypto::hmac_sha256(mac_key_.bytes(), sealed)).first(kMacSize));
  return kRecordOverhead + total;
}

std::size_t RecordEncoder::pad_to(MutableBytes wire, std::size_t before, std::size_t target) {
  const std::size_t tail = before % kSegment;
  std::size_t gap = target >= tail ? target - tail : kSegment - tail + target;
  // Deployed peers add a segment where the gap is too small for a record, and where there is none.
  if (gap < kRecordOverhead) gap += kSegment;
  if (gap <= kSegment) return add(wire, Flag::payload, {}, gap - kRecordOverhead);
  const std::size_t half = gap / 2;
  const std::size_t first = add(wire, Flag::payload, {}, half - kRecordOverhead);
  return first + add(wire.subspan(first), Flag::payload, {}, gap - half - kRecordOverhead);
}

RecordDecoder::RecordDecoder(const DirectionKey& key) : stream_(key.stream()), mac_key_(key.mac) {}

RecordDecoder::Pending RecordDecoder::read_header(Bytes header, Random& random) {
  Pending record;
  copy(record.mac, header.first(kMacSize));
  copy(record.sealed_header, header.subspan(kMacSize, kHeaderSize));
  auto opened = record.sealed_header;
  stream_.apply(opened);
  Reader reader(opened);
  record.total = *reader.u16();
  record.payload = *reader.u16();
  record.flag = *reader.u8();
  record.in_range = record.total <= kLargestPayload && record.payload <= record.total;
  if (!record.in_range) record.total = static_cast<std::uint16_t>(random.between(0, kLargestPayload));
  return record;
}

bool RecordDecoder::genuine(const Pending& record, Bytes body) const {
  const auto mac = crypto::hmac_sha256(mac_key_.bytes(), record.sealed_header, body);
  return crypto::equal(Bytes(mac).first(kMacSize), record.mac) && record.in_range;
}

Result<std::size_t> RecordDecoder::open(MutableBytes wire, Random& random, Sink& sink) {
  if (failure_) return std::unexpected(*failure_);
  std::size_t used = 0;
  for (;;) {
    if (!pending_) {
      if (wire.size() - used < kRecordOverhead) return used;
      pending_ = read_header(wire.subspan(used), random);
      used += kRecordOverhead;
    }
    if (wire.size() - used < pending_->total) return used;
    const MutableBytes body = wire.subspan(used, pending_->total);
    used += pending_->total;
    if (!genuine(*pending_, body)) {
      failure_ = Error(ScrambleSuitError::bad_record);
      return used;
    }
    stream_.apply(body);
    const auto taken = sink.record(static_cast<Flag>(pending_->flag), body.first(pending_->payload));
    if (!taken) {
      failure_ = taken.error();
      return used;
    }
    pending_.reset();
  }
}

}  // namespace rozaneh::scramblesuit
