#include "site/hpack.h"

#include <array>

#include "site/huffman.h"
#include "site/pages.h"

namespace rozaneh::site {
namespace {

struct Pair {
  std::string_view name;
  std::string_view value;
};

// RFC 7541 appendix A, counted from 1.
constexpr std::array<Pair, 61> kStatic{{{":authority", ""},
                                        {":method", "GET"},
                                        {":method", "POST"},
                                        {":path", "/"},
                                        {":path", "/index.html"},
                                        {":scheme", "http"},
                                        {":scheme", "https"},
                                        {":status", "200"},
                                        {":status", "204"},
                                        {":status", "206"},
                                        {":status", "304"},
                                        {":status", "400"},
                                        {":status", "404"},
                                        {":status", "500"},
                                        {"accept-charset", ""},
                                        {"accept-encoding", "gzip, deflate"},
                                        {"accept-language", ""},
                                        {"accept-ranges", ""},
                                        {"accept", ""},
                                        {"access-control-allow-origin", ""},
                                        {"age", ""},
                                        {"allow", ""},
                                        {"authorization", ""},
                                        {"cache-control", ""},
                                        {"content-disposition", ""},
                                        {"content-encoding", ""},
                                        {"content-language", ""},
                                        {"content-length", ""},
                                        {"content-location", ""},
                                        {"content-range", ""},
                                        {"content-type", ""},
                                        {"cookie", ""},
                                        {"date", ""},
                                        {"etag", ""},
                                        {"expect", ""},
                                        {"expires", ""},
                                        {"from", ""},
                                        {"host", ""},
                                        {"if-match", ""},
                                        {"if-modified-since", ""},
                                        {"if-none-match", ""},
                                        {"if-range", ""},
                                        {"if-unmodified-since", ""},
                                        {"last-modified", ""},
                                        {"link", ""},
                                        {"location", ""},
                                        {"max-forwards", ""},
                                        {"proxy-authenticate", ""},
                                        {"proxy-authorization", ""},
                                        {"range", ""},
                                        {"referer", ""},
                                        {"refresh", ""},
                                        {"retry-after", ""},
                                        {"server", ""},
                                        {"set-cookie", ""},
                                        {"strict-transport-security", ""},
                                        {"transfer-encoding", ""},
                                        {"user-agent", ""},
                                        {"vary", ""},
                                        {"via", ""},
                                        {"www-authenticate", ""}}};

constexpr std::size_t kIntegerBytes = 4;  // nginx takes no longer ones
constexpr std::size_t kOverhead = 32;     // of an entry in the table

std::size_t size_of(const Field& field) { return field.name.size() + field.value.size() + kOverhead; }

void put_integer(Buffer& out, std::uint8_t pattern, unsigned bits, std::size_t value) {
  const std::size_t prefix = (std::size_t{1} << bits) - 1;
  if (value < prefix) {
    out.push_back(static_cast<std::uint8_t>(pattern | value));
    return;
  }
  out.push_back(static_cast<std::uint8_t>(pattern | prefix));
  for (value -= prefix; value >= 128; value /= 128)
    out.push_back(static_cast<std::uint8_t>(value % 128 + 128));
  out.push_back(static_cast<std::uint8_t>(value));
}

}  // namespace

void put_hpack_text(Buffer& out, std::string_view text) {
  const Buffer coded = huffman_encode(text);
  const bool shorter = coded.size() < text.size();
  put_integer(out, shorter ? 0x80 : 0, 7, shorter ? coded.size() : text.size());
  append(out, shorter ? Bytes(coded) : bytes_of(text));
}

void put_hpack_plain(Buffer& out, std::string_view text) {
  put_integer(out, 0, 7, text.size());
  append(out, bytes_of(text));
}

// Takes off the front of `block`; needs more: leaves it as it is.
HpackDecoder::Step HpackDecoder::take_integer(Bytes& block, unsigned bits, std::size_t& value) {
  if (block.empty()) return Step::more;
  const std::size_t prefix = (std::size_t{1} << bits) - 1;
  value = block.front() & prefix;
  if (value < prefix) {
    block = block.subspan(1);
    return Step::field;
  }
  for (std::size_t i = 1; i < std::min(block.size(), kIntegerBytes); ++i) {
    value += std::size_t{block[i] & 0x7fU} << (7 * (i - 1));
    if (block[i] >= 128) continue;
    block = block.subspan(i + 1);
    return Step::field;
  }
  return block.size() >= kIntegerBytes ? Step::bad : Step::more;
}

HpackDecoder::Step HpackDecoder::take_text(Bytes& block, std::string& text) {
  if (block.empty()) return Step::more;
  const bool coded = block.front() >= 0x80;
  std::size_t size = 0;
  const Step step = take_integer(block, 7, size);
  if (step != Step::field) return step;
  if (size > kMostText) return Step::too_large;
  if (size > block.size()) return Step::more;
  if (coded) {
    auto decoded = huffman_decode(block.first(size));
    if (!decoded) return Step::bad;
    text = std::move(*decoded);
  } else {
    text = text_of(block.first(size));
  }
  block = block.subspan(size);
  return Step::field;
}

std::optional<Field> HpackDecoder::entry(std::size_t index) const {
  if (index == 0) return std::nullopt;
  if (index <= kStatic.size())
    return Field{std::string(kStatic[index - 1].name), std::string(kStatic[index - 1].value)};
  index -= kStatic.size() + 1;
  if (index >= table_.size()) return std::nullopt;
  return table_[index];
}

void HpackDecoder::shrink(std::size_t limit) {
  while (size_ > limit) {
    size_ -= size_of(table_.back());
    table_.pop_back();
  }
}

void HpackDecoder::remember(const Field& field) {
  if (size_of(field) > limit_) {
    shrink(0);
    return;
  }
  shrink(limit_ - size_of(field));
  size_ += size_of(field);
  table_.push_front(field);
}

HpackDecoder::Step HpackDecoder::take_literal(Bytes& block, unsigned bits, Field& field) {
  std::size_t index = 0;
  Step step = take_integer(block, bits, index);
  if (step != Step::field) return step;
  if (index == 0) {
    step = take_text(block, field.name);
    if (step != Step::field) return step;
    if (field.name.empty()) return Step::no_name;
  } else {
    const auto named = entry(index);
    if (!named) return Step::bad;
    field.name = named->name;
  }
  step = take_text(block, field.value);
  if (step == Step::field && bits == 6) remember(field);
  return step;
}

HpackDecoder::Step HpackDecoder::take_size(Bytes& block) {
  std::size_t limit = 0;
  const Step step = take_integer(block, 5, limit);
  if (step != Step::field) return step;
  if (limit > most_table_) return Step::bad;
  limit_ = limit;
  shrink(limit_);
  return Step::nothing;
}

HpackDecoder::Step HpackDecoder::take(Bytes& block, Field& field) {
  if (block.empty()) return Step::more;
  Bytes rest = block;
  Step step = Step::more;
  const std::uint8_t first = block.front();
  field = Field();
  if (first >= 0x80) {
    std::size_t index = 0;
    step = take_integer(rest, 7, index);
    const auto found = step == Step::field ? entry(index) : std::nullopt;
    if (step == Step::field && !found) return Step::bad;
    if (found) field = *found;
  } else if (first >= 0x40) {
    step = take_literal(rest, 6, field);
  } else if (first >= 0x20) {
    step = take_size(rest);
  } else {
    step = take_literal(rest, 4, field);
  }
  if (step == Step::field || step == Step::nothing) block = rest;
  return step;
}

}  // namespace rozaneh::site
