#include "transport/scramblesuit/codec.h"

#include <cstring>

#include "transport/scramblesuit/error.h"

namespace rozaneh::scramblesuit {
namespace {

constexpr std::size_t kGrantSize = MasterKey::kSize + kTicketSize;

}  // namespace

// Moves payloads to the front of the wire bytes, one behind the other, and acts on the rest.
class RecordCodec::Inbox final : public RecordDecoder::Sink {
 public:
  Inbox(RecordCodec& codec, MutableBytes wire) : codec_(codec), wire_(wire) {}

  Result<> record(Flag flag, MutableBytes payload) override {
    switch (flag) {
      case Flag::payload:
        // Plaintext is shorter than its record, so it never reaches what is not yet opened.
        if (!payload.empty()) std::memmove(wire_.data() + plain, payload.data(), payload.size());
        plain += payload.size();
        return {};
      case Flag::new_ticket:
        return keep(payload);
      case Flag::prng_seed:
        return adopt(payload);
    }
    return fail(ScrambleSuitError::bad_record, "unknown flag");
  }

  std::size_t plain = 0;

 private:
  Result<> keep(Bytes payload) const {
    if (!codec_.hooks_.keep || payload.size() != kGrantSize)
      return fail(ScrambleSuitError::bad_record, "no proper ticket");
    Grant grant;
    grant.key = MasterKey(payload.first<MasterKey::kSize>());
    copy(grant.ticket, payload.last<kTicketSize>());
    codec_.hooks_.keep(grant);
    return {};
  }

  Result<> adopt(Bytes payload) {
    if (!codec_.hooks_.adopt || payload.size() != kSeedSize)
      return fail(ScrambleSuitError::bad_record, "no proper seed");
    Seed seed{};
    copy(seed, payload);
    codec_.lengths_ = codec_.hooks_.adopt(seed);
    return {};
  }

  RecordCodec& codec_;
  MutableBytes wire_;
};

RecordCodec::RecordCodec(const DirectionKey& send, const DirectionKey& receive, LengthsPtr lengths,
                         Random& random, ClientHooks hooks)
    : encoder_(send),
      decoder_(receive),
      lengths_(std::move(lengths)),
      random_(random),
      hooks_(std::move(hooks)) {}

transport::Encoded RecordCodec::encode(Bytes plain, MutableBytes wire) {
  const std::size_t records = (wire.size() - RecordEncoder::kMostPadding) / kSegment;
  const Bytes taken = plain.first(std::min(plain.size(), records * kLargestPayload));
  std::size_t size = 0;
  for (Bytes left = taken; !left.empty();) {
    const Bytes payload = left.first(std::min<std::size_t>(left.size(), kLargestPayload));
    size += encoder_.add(wire.subspan(size), Flag::payload, payload);
    left = left.subspan(payload.size());
  }
  size += encoder_.pad_to(wire.subspan(size), size, lengths_->sample(random_));
  return {.consumed = taken.size(), .produced = size};
}

Result<transport::Decoded> RecordCodec::decode(MutableBytes wire) {
  Inbox inbox(*this, wire);
  const auto used = decoder_.open(wire, random_, inbox);
  if (!used) return std::unexpected(used.error());
  // Without plaintext to hand out first, there is no next call to wait for.
  if (inbox.plain == 0 && decoder_.failure()) return std::unexpected(*decoder_.failure());
  return transport::Decoded{
      .plain = inbox.plain, .consumed = *used, .failed = decoder_.failure().has_value()};
}

Buffer RecordCodec::welcome(const Grant& grant) {
  Buffer wire(kRecordOverhead + kGrantSize + kRecordOverhead + kSeedSize + RecordEncoder::kMostPadding);
  Secret<kGrantSize> both;
  copy(both.bytes(), grant.key.bytes());
  copy(both.bytes().subspan(MasterKey::kSize), grant.ticket);
  std::size_t size = encoder_.add(wire, Flag::new_ticket, both.bytes());
  size += encoder_.add(MutableBytes(wire).subspan(size), Flag::prng_seed, lengths_->seed());
  size += encoder_.pad_to(MutableBytes(wire).subspan(size), size, lengths_->sample(random_));
  wire.resize(size);
  return wire;
}

}  // namespace rozaneh::scramblesuit
