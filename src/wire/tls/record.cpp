#include "wire/tls/record.h"

#include "base/reader.h"

namespace rozaneh::tls {
namespace {

// Whether a record can begin with these one to five bytes.
bool begins_record(Bytes bytes) {
  if (bytes[0] < 20 || bytes[0] > 24) return false;
  if (bytes.size() > 1 && bytes[1] != 3) return false;
  if (bytes.size() > 2 && bytes[2] > 4) return false;
  return bytes.size() < kRecordHeader || std::size_t{bytes[3]} * 256 + bytes[4] <= kMaxPayload;
}

RecordHeader decoded(Bytes header) {
  Reader reader(header);
  const auto type = static_cast<ContentType>(*reader.u8());
  const std::uint16_t version = *reader.u16();
  return {.type = type, .version = version, .length = *reader.u16()};
}

}  // namespace

std::optional<RecordHeader> parse_record_header(Bytes bytes) {
  if (bytes.size() < kRecordHeader) return std::nullopt;
  const Bytes header = bytes.first(kRecordHeader);
  if (!begins_record(header)) return std::nullopt;
  return decoded(header);
}

bool holds_record(Bytes bytes) {
  const auto header = parse_record_header(bytes);
  return header && bytes.size() >= kRecordHeader + header->length;
}

void RecordReader::take_header(Bytes& bytes) {
  while (header_size_ < kRecordHeader && !bytes.empty() && !broken_) {
    header_[header_size_++] = bytes.front();
    bytes = bytes.subspan(1);
    broken_ = !begins_record(Bytes(header_).first(header_size_));
  }
  if (header_size_ == kRecordHeader) left_ = decoded(header_).length;
}

std::optional<RecordHeader> RecordReader::header() const {
  if (broken_ || header_size_ < kRecordHeader) return std::nullopt;
  return decoded(header_);
}

std::optional<RecordReader::Piece> RecordReader::next(Bytes& bytes) {
  if (broken_) return std::nullopt;
  if (header_size_ < kRecordHeader) take_header(bytes);
  if (broken_ || header_size_ < kRecordHeader) return std::nullopt;
  const Bytes payload = bytes.first(std::min(left_, bytes.size()));
  if (payload.empty() && left_ > 0) return std::nullopt;
  bytes = bytes.subspan(payload.size());
  left_ -= payload.size();
  if (left_ == 0) header_size_ = 0;
  return Piece{.header = decoded(header_), .payload = payload, .last = left_ == 0};
}

}  // namespace rozaneh::tls
