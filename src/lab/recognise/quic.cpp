#include "lab/recognise/quic.h"

#include "wire/tls/handshake.h"

namespace rozaneh::lab {
namespace {

constexpr std::size_t kMaxGaps = 256;

// Frame types that may stand in an Initial packet.
constexpr std::uint64_t kPadding = 0x00;
constexpr std::uint64_t kPing = 0x01;
constexpr std::uint64_t kAck = 0x02;
constexpr std::uint64_t kAckEcn = 0x03;
constexpr std::uint64_t kCrypto = 0x06;
constexpr std::uint64_t kClose = 0x1c;

bool skip_varints(Reader& reader, std::uint64_t count) {
  for (; count > 0; --count)
    if (!take_varint(reader)) return false;
  return true;
}

// RFC 9000 section 19.3: largest, delay, number of ranges, first range, two a range; ECN adds three counts.
bool skip_ack(Reader& reader, bool ecn) {
  if (!skip_varints(reader, 2)) return false;
  const auto ranges = take_varint(reader);
  if (!ranges || *ranges > reader.left()) return false;  // each takes two bytes at least
  return skip_varints(reader, 1 + 2 * *ranges + (ecn ? 3 : 0));
}

// Section 19.19: error code, frame type, a reason.
bool skip_close(Reader& reader) {
  if (!skip_varints(reader, 2)) return false;
  const auto size = take_varint(reader);
  return size && *size <= reader.left() && reader.bytes(static_cast<std::size_t>(*size));
}

bool take_crypto(Reader& reader, QuicCryptoStream& stream) {
  const auto offset = take_varint(reader);
  const auto size = offset ? take_varint(reader) : std::nullopt;
  if (!size || *size > reader.left()) return false;
  return stream.add(*offset, *reader.bytes(static_cast<std::size_t>(*size)));
}

bool take_frame(Reader& reader, QuicCryptoStream& stream) {
  const auto type = take_varint(reader);
  if (!type) return false;
  switch (*type) {
    case kPadding:
    case kPing:
      return true;
    case kAck:
    case kAckEcn:
      return skip_ack(reader, *type == kAckEcn);
    case kCrypto:
      return take_crypto(reader, stream);
    case kClose:
      return skip_close(reader);
    default:
      return false;
  }
}

}  // namespace

bool is_quic_client_initial(Bytes datagram) {
  const auto header = parse_quic_long_header(datagram);
  if (!header || header->type != QuicPacketType::initial) return false;
  return open_initial(datagram, *header, client_initial_keys(header->version, header->destination_id))
      .has_value();
}

bool QuicCryptoStream::add(std::uint64_t offset, Bytes data) {
  refused_ = refused_ || offset > limit_ || data.size() > limit_ - offset;
  if (refused_) return false;
  if (data.empty()) return true;
  auto start = static_cast<std::size_t>(offset);
  std::size_t end = start + data.size();
  // The ranges that it touches become one with it.
  auto next = ranges_.upper_bound(start);
  if (next != ranges_.begin() && std::prev(next)->second >= start) --next;
  auto last = next;
  for (; last != ranges_.end() && last->first <= end; ++last) {
    start = std::min(start, last->first);
    end = std::max(end, last->second);
  }
  refused_ = next == last && ranges_.size() > kMaxGaps;
  if (refused_) return false;
  ranges_.erase(next, last);
  ranges_.emplace(start, end);
  if (data_.size() < end) data_.resize(end);
  copy(MutableBytes(data_).subspan(static_cast<std::size_t>(offset)), data);
  return true;
}

Bytes QuicCryptoStream::beginning() const {
  const auto first = ranges_.find(0);
  return first == ranges_.end() ? Bytes{} : Bytes(data_).first(first->second);
}

bool take_crypto_frames(Bytes frames, QuicCryptoStream& stream) {
  for (Reader reader(frames); !reader.empty();)
    if (!take_frame(reader, stream)) return false;
  return true;
}

QuicHelloReader::Answer QuicHelloReader::feed(Bytes datagram) {
  while (answer_ == Answer::more && !datagram.empty()) {
    const auto header = parse_quic_long_header(datagram);
    if (!header) break;
    const Bytes packet = datagram.first(header->packet_size);
    datagram = datagram.subspan(packet.size());
    if (header->type == QuicPacketType::initial) take_packet(packet, *header);
  }
  if (!keys_) answer_ = Answer::not_quic;
  return answer_;
}

// The keys that fit so far, or those of this packet's own connection id: the first packet's, or after a
// Retry.
std::optional<QuicInitial> QuicHelloReader::open(Bytes packet, const QuicLongHeader& header) {
  if (keys_ && header.version == version_)
    if (auto initial = open_initial(packet, header, *keys_, expected_)) return initial;
  const QuicKeys own = client_initial_keys(header.version, header.destination_id);
  auto initial = open_initial(packet, header, own, expected_);
  if (initial) {
    keys_ = own;
    version_ = header.version;
  }
  return initial;
}

void QuicHelloReader::take_packet(Bytes packet, const QuicLongHeader& header) {
  const auto initial = open(packet, header);
  if (!initial) return;
  expected_ = std::max(expected_, initial->packet_number + 1);
  if (!take_crypto_frames(initial->frames, stream_))
    answer_ = stream_.refused() ? Answer::too_big : Answer::not_quic;
  judge();
}

void QuicHelloReader::judge() {
  const Bytes beginning = stream_.beginning();
  if (!beginning.empty() &&
      beginning.front() != static_cast<std::uint8_t>(tls::HandshakeType::client_hello)) {
    answer_ = Answer::not_quic;
    return;
  }
  if (answer_ != Answer::more || beginning.size() < tls::kHandshakeHeader) return;
  const std::size_t size = *Reader(beginning).u32() & 0xffffffU;
  const Bytes body = beginning.subspan(tls::kHandshakeHeader);
  if (tls::kHandshakeHeader + size > limit_) {
    answer_ = Answer::too_big;
  } else if (body.size() >= size) {
    auto hello = tls::parse_client_hello(body.first(size));
    answer_ = hello ? Answer::hello : Answer::not_quic;
    if (hello) hello_ = *std::move(hello);
  }
}

}  // namespace rozaneh::lab
