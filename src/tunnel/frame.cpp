#include "tunnel/frame.h"

#include <cassert>
#include <string>

#include "wire/socks_message.h"

namespace rozaneh::tunnel {
namespace {

enum Type : std::uint8_t {
  kPadding = 0,
  kPing = 1,
  kPong = 2,
  kReceived = 3,
  kEnded = 4,
  kRetire = 5,
  kOpen = 6,
  kOpened = 7,
  kReset = 8,
  kWindow = 9,
  kAll = 10,
  kDatagram = 11,
  kClose = 12,
  kData = 16,
  kDataEnd = 17,
  kFirstUnknown = 64,  // from here on a frame says how long it is
};

// What a frame's fields are read from; after the first that is cut off or wrong, nothing counts any more.
class Fields {
 public:
  explicit Fields(Reader& in) : in_(in) {}

  std::uint8_t u8() { return value(in_.u8()); }
  std::uint64_t u64() { return value(in_.u64()); }
  std::uint64_t varint() { return value(take_varint(in_)); }
  Bytes counted() { return value(in_.bytes(varint())); }
  Target target() {
    auto target = decode_socks_address(in_);
    if (target && *target) return std::move(**target);
    good_ = false;
    return {};
  }
  void require(bool holds) { good_ = good_ && holds; }

  [[nodiscard]] bool good() const { return good_; }

 private:
  template <class T>
  T value(std::optional<T> read) {
    if (!read) good_ = false;
    return read.value_or(T{});
  }

  Reader& in_;
  bool good_ = true;
};

Datagram read_datagram(Fields& in) {
  Datagram frame;
  frame.stream = in.varint();
  frame.address = in.target();
  frame.bytes = in.counted();
  in.require(frame.bytes.size() <= kMaxDatagram);
  return frame;
}

Data read_data(Fields& in, bool end) {
  Data frame;
  frame.stream = in.varint();
  frame.offset = in.varint();
  frame.bytes = in.counted();
  frame.end = end;
  in.require(frame.offset <= kMaxVarint - frame.bytes.size());
  return frame;
}

// The fields stand in the order of the wire: a braced list is evaluated from left to right.
std::optional<Frame> read_frame(std::uint8_t type, Fields& in) {
  switch (type) {
    case kPing:
      return Ping{in.u64()};
    case kPong:
      return Pong{in.u64()};
    case kReceived:
      return Received{in.varint(), in.varint()};
    case kEnded:
      return Ended{in.varint(), in.varint()};
    case kRetire:
      return Retire{};
    case kOpen:
      return Open{in.varint(), StreamKind{in.u8()}, in.target()};
    case kOpened:
      return Opened{in.varint()};
    case kReset:
      return Reset{in.varint(), ResetReason{in.varint()}, in.varint()};
    case kWindow:
      return Window{in.varint(), in.varint()};
    case kAll:
      return All{in.varint()};
    case kDatagram:
      return read_datagram(in);
    case kClose:
      return Close{CloseReason{in.varint()}};
    case kData:
    case kDataEnd:
      return read_data(in, type == kDataEnd);
    default:
      if (type < kFirstUnknown) return std::nullopt;
      return Unknown{type, in.counted()};
  }
}

Buffer address_of(const Target& target) {
  Writer out;
  encode_socks_address(out, target);
  return out.take();
}

}  // namespace

Result<std::optional<Frame>> FrameReader::next() {
  const auto type = in_.u8();
  if (!type) return std::nullopt;
  if (*type == kPadding) {
    in_ = Reader({});
    return Padding{};
  }
  Fields fields(in_);
  auto frame = read_frame(*type, fields);
  if (!frame) return fail(TunnelError::violation, "frame of type " + std::to_string(*type));
  if (!fields.good()) return fail(TunnelError::violation, "malformed frame of type " + std::to_string(*type));
  return frame;
}

void FrameWriter::add(Bytes bytes) {
  copy(room_.subspan(size_), bytes);
  size_ += bytes.size();
}

void FrameWriter::add_varint(std::uint64_t value) { size_ += store_varint(room_.subspan(size_), value); }

template <class... Numbers>
bool FrameWriter::put_numbers(std::uint8_t type, Numbers... numbers) {
  if (left() < (std::size_t{1} + ... + varint_size(numbers))) return false;
  room_[size_++] = type;
  (add_varint(numbers), ...);
  return true;
}

bool FrameWriter::put_addressed(std::uint8_t type, StreamNumber stream, Bytes middle,
                                std::optional<Bytes> tail) {
  const std::size_t behind = tail ? varint_size(tail->size()) + tail->size() : 0;
  if (left() < 1 + varint_size(stream) + middle.size() + behind) return false;
  room_[size_++] = type;
  add_varint(stream);
  add(middle);
  if (!tail) return true;
  add_varint(tail->size());
  add(*tail);
  return true;
}

namespace {

std::array<std::uint8_t, 9> with_token(std::uint8_t type, std::uint64_t token) {
  std::array<std::uint8_t, 9> bytes{type};
  for (std::size_t i = 8; i > 0; --i, token >>= 8U) bytes.at(i) = static_cast<std::uint8_t>(token);
  return bytes;
}

}  // namespace

bool FrameWriter::put(const Ping& frame) {
  if (left() < 9) return false;
  add(with_token(kPing, frame.token));
  return true;
}

bool FrameWriter::put(const Pong& frame) {
  if (left() < 9) return false;
  add(with_token(kPong, frame.token));
  return true;
}

bool FrameWriter::put(const Received& frame) { return put_numbers(kReceived, frame.connection, frame.count); }
bool FrameWriter::put(const Ended& frame) { return put_numbers(kEnded, frame.connection, frame.count); }
bool FrameWriter::put(const Retire&) { return put_numbers(kRetire); }
bool FrameWriter::put(const Opened& frame) { return put_numbers(kOpened, frame.stream); }
bool FrameWriter::put(const Reset& frame) {
  return put_numbers(kReset, frame.stream, static_cast<std::uint64_t>(frame.reason), frame.sent);
}
bool FrameWriter::put(const Window& frame) { return put_numbers(kWindow, frame.stream, frame.limit); }
bool FrameWriter::put(const All& frame) { return put_numbers(kAll, frame.limit); }
bool FrameWriter::put(const Close& frame) {
  return put_numbers(kClose, static_cast<std::uint64_t>(frame.reason));
}

bool FrameWriter::put(const Open& frame) {
  const Buffer middle = concat(Buffer{static_cast<std::uint8_t>(frame.kind)}, address_of(frame.target));
  return put_addressed(kOpen, frame.stream, middle, std::nullopt);
}

bool FrameWriter::put(const Datagram& frame) {
  assert(frame.bytes.size() <= kMaxDatagram);
  return put_addressed(kDatagram, frame.stream, address_of(frame.address), frame.bytes);
}

bool FrameWriter::put(const Data& frame) {
  const std::size_t size = frame.bytes.size();
  if (left() < size) return false;
  if (left() - size < 1 + varint_size(frame.stream) + varint_size(frame.offset) + varint_size(size))
    return false;
  put_numbers(frame.end ? kDataEnd : kData, frame.stream, frame.offset, std::uint64_t{size});
  add(frame.bytes);
  return true;
}

void FrameWriter::pad(std::size_t size) {
  if (size_ >= size) return;
  std::ranges::fill(room_.subspan(size_, size - size_), std::uint8_t{kPadding});
  size_ = size;
}

std::optional<std::size_t> FrameWriter::data_room(StreamNumber stream, std::uint64_t offset) const {
  const std::size_t head = 1 + varint_size(stream) + varint_size(offset);
  if (left() < head + 1) return std::nullopt;
  const std::size_t rest = left() - head;  // for LENGTH and the bytes
  if (rest <= 64) return rest - 1;
  if (rest <= 16'385) return std::max<std::size_t>(rest - 2, 63);
  return std::max<std::size_t>(rest - 4, 16'383);
}

}  // namespace rozaneh::tunnel
