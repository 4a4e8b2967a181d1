#include "lab/packet/capture.h"

#include "base/reader.h"

namespace rozaneh::lab {
namespace {

constexpr std::uint32_t kMicroseconds = 0xa1b2c3d4;
constexpr std::uint32_t kNanoseconds = 0xa1b23c4d;
constexpr std::uint32_t kSection = 0x0a0d0d0a;  // the same in both byte orders
constexpr std::uint32_t kByteOrder = 0x1a2b3c4d;
constexpr std::size_t kFileHead = 24;
constexpr std::size_t kRecordHead = 16;
constexpr std::size_t kMaxPacket = 16 * 1024 * 1024;
constexpr std::size_t kMaxInterfaces = 1024;

std::uint32_t load(Bytes bytes, std::size_t at, std::size_t count, bool little) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8U | bytes[at + (little ? count - 1 - i : i)];
  return value;
}

Moment moment(std::uint64_t units, std::uint64_t a_second) {
  const std::uint64_t part = units % a_second;
  const double fraction = static_cast<double>(part) / static_cast<double>(a_second);
  const auto exact = a_second <= 1'000'000'000 && 1'000'000'000 % a_second == 0;
  const std::uint64_t nanoseconds =
      exact ? part * (1'000'000'000 / a_second) : static_cast<std::uint64_t>(fraction * 1e9);
  // A time beyond half of what fits (the year 2112) is nobody's; with an offset it must not overflow all the
  // same.
  const std::uint64_t seconds = std::min<std::uint64_t>(units / a_second, 4'500'000'000);
  return Moment(static_cast<std::int64_t>(seconds * 1'000'000'000 + nanoseconds));
}

}  // namespace

std::string_view layer_of(CaptureError) { return "capture"; }

std::string_view describe(CaptureError error) {
  switch (error) {
    case CaptureError::not_a_capture:
      return "this is no pcap or pcapng file";
    case CaptureError::malformed:
      return "the file contradicts itself";
    case CaptureError::cut:
      return "the file ends within a packet";
    case CaptureError::too_many_interfaces:
      return "the file describes more than 1,024 interfaces";
  }
  return "";
}

std::uint16_t CaptureReader::u16(Bytes bytes, std::size_t at) const {
  return static_cast<std::uint16_t>(load(bytes, at, 2, little_));
}

std::uint32_t CaptureReader::u32(Bytes bytes, std::size_t at) const { return load(bytes, at, 4, little_); }

Result<CaptureReader> CaptureReader::open(Bytes file) {
  CaptureReader reader(file);
  if (file.size() >= 12 && load(file, 0, 4, true) == kSection) {
    reader.next_generation_ = true;
    return reader;
  }
  if (file.size() < kFileHead) return fail(CaptureError::not_a_capture);
  for (const bool little : {true, false}) {
    const std::uint32_t magic = load(file, 0, 4, little);
    if (magic != kMicroseconds && magic != kNanoseconds) continue;
    reader.little_ = little;
    reader.only_.units_a_second = magic == kMicroseconds ? 1'000'000 : 1'000'000'000;
    reader.only_.link =
        LinkType{reader.u32(file, 20) & 0xffffU};  // above stand flags of the frame check sequence
    reader.rest_ = file.subspan(kFileHead);
    return reader;
  }
  return fail(CaptureError::not_a_capture);
}

Result<std::optional<CapturedPacket>> CaptureReader::next() {
  return next_generation_ ? next_block() : next_record();
}

Result<std::optional<CapturedPacket>> CaptureReader::next_record() {
  if (rest_.empty()) return std::nullopt;
  if (rest_.size() < kRecordHead) return fail(CaptureError::cut);
  const std::size_t size = u32(rest_, 8);
  if (size > kMaxPacket) return fail(CaptureError::malformed);
  if (size > rest_.size() - kRecordHead) return fail(CaptureError::cut);
  const std::uint64_t units = u32(rest_, 0) * only_.units_a_second + u32(rest_, 4);
  CapturedPacket packet{.when = moment(units, only_.units_a_second),
                        .link = only_.link,
                        .frame = rest_.subspan(kRecordHead, size),
                        .original_size = u32(rest_, 12)};
  rest_ = rest_.subspan(kRecordHead + size);
  return packet;
}

// A section says its own byte order, so its header is read before its length is known.
Result<> CaptureReader::begin_section() {
  if (rest_.size() < 28) return fail(CaptureError::cut);
  if (load(rest_, 8, 4, true) == kByteOrder)
    little_ = true;
  else if (load(rest_, 8, 4, false) == kByteOrder)
    little_ = false;
  else
    return fail(CaptureError::malformed);
  interfaces_.clear();
  return {};
}

Result<std::optional<CapturedPacket>> CaptureReader::next_block() {
  enum : std::uint32_t { kInterface = 1, kSimple = 3, kEnhanced = 6 };
  while (!rest_.empty()) {
    if (rest_.size() < 12) return fail(CaptureError::cut);
    if (load(rest_, 0, 4, true) == kSection)
      if (auto begun = begin_section(); !begun) return fail(std::move(begun));
    const std::uint32_t type = u32(rest_, 0);
    const std::size_t length = u32(rest_, 4);
    if (length < 12 || length % 4 != 0 || length > 2 * kMaxPacket) return fail(CaptureError::malformed);
    if (length > rest_.size()) return fail(CaptureError::cut);
    if (u32(rest_, length - 4) != length) return fail(CaptureError::malformed);
    const Bytes body = rest_.subspan(8, length - 12);
    rest_ = rest_.subspan(length);
    if (type == kInterface) {
      if (auto described = describe_interface(body); !described) return fail(std::move(described));
    } else if (type == kSimple || type == kEnhanced) {
      auto packet = type == kSimple ? simple(body) : enhanced(body);
      if (!packet) return fail(std::move(packet));
      return *packet;
    }
  }
  return std::nullopt;
}

Result<> CaptureReader::describe_interface(Bytes body) {
  enum : std::uint16_t { kEnd = 0, kResolution = 9, kOffset = 14 };
  if (body.size() < 8) return fail(CaptureError::malformed);
  if (interfaces_.size() >= kMaxInterfaces) return fail(CaptureError::too_many_interfaces);
  Interface interface{.link = LinkType{u16(body, 0)}, .snap_length = u32(body, 4)};
  Bytes options = body.subspan(8);
  while (options.size() >= 4) {
    const std::uint16_t code = u16(options, 0);
    const std::size_t length = u16(options, 2);
    options = options.subspan(4);
    if (code == kEnd || length > options.size()) break;
    if (code == kResolution && length == 1) {
      // The highest bit chooses powers of two; a finer time than 2^-63 or 10^-19 s is nobody's.
      const unsigned power = options[0] & 0x7fU;
      if (power > ((options[0] & 0x80U) != 0 ? 63U : 19U)) return fail(CaptureError::malformed);
      interface.units_a_second = 1;
      for (unsigned i = 0; i < power; ++i) interface.units_a_second *= (options[0] & 0x80U) != 0 ? 2U : 10U;
    } else if (code == kOffset && length == 8) {
      const std::uint64_t high = u32(options, little_ ? 4 : 0);
      interface.offset = moment(high << 32U | u32(options, little_ ? 0 : 4), 1);
    }
    options = options.subspan(std::min(options.size(), (length + 3) / 4 * 4));
  }
  interfaces_.push_back(interface);
  return {};
}

Result<CapturedPacket> CaptureReader::enhanced(Bytes body) const {
  if (body.size() < 20) return fail(CaptureError::malformed);
  const std::size_t id = u32(body, 0);
  const std::size_t size = u32(body, 12);
  if (id >= interfaces_.size() || size > body.size() - 20) return fail(CaptureError::malformed);
  const Interface& interface = interfaces_[id];
  const std::uint64_t units = std::uint64_t{u32(body, 4)} << 32U | u32(body, 8);
  return CapturedPacket{.when = moment(units, interface.units_a_second) + interface.offset,
                        .link = interface.link,
                        .frame = body.subspan(20, size),
                        .original_size = u32(body, 16)};
}

Result<CapturedPacket> CaptureReader::simple(Bytes body) const {
  if (body.size() < 4 || interfaces_.empty()) return fail(CaptureError::malformed);
  const std::size_t original = u32(body, 0);
  const std::size_t snap = interfaces_[0].snap_length;
  const std::size_t size = snap == 0 ? original : std::min(original, snap);
  if (size > body.size() - 4) return fail(CaptureError::malformed);
  return CapturedPacket{
      .link = interfaces_[0].link, .frame = body.subspan(4, size), .original_size = original};
}

}  // namespace rozaneh::lab
