// Field compression of HTTP/2 (RFC 7541): reading with nginx's limits, and what writing in nginx's way needs.
#pragma once

#include <deque>
#include <optional>

#include "base/bytes.h"
#include "site/request.h"

namespace rozaneh::site {

class HpackDecoder {
 public:
  static constexpr std::size_t kMostText =
      8192;  // one name or value as it is sent (large_client_header_buffers)
  static constexpr std::size_t kMostTable = 4096;  // the table: what SETTINGS leaves as it is

  HpackDecoder() = default;
  // Where our SETTINGS said another SETTINGS_HEADER_TABLE_SIZE.
  explicit HpackDecoder(std::size_t most_table) : most_table_(most_table) {}

  // `nothing`: something that is no field was taken.
  enum class Step : std::uint8_t { field, nothing, more, bad, too_large, no_name };

  // Takes the next field off the front of `block`; where more is needed, the block stays as it is.
  Step take(Bytes& block, Field& field);

 private:
  static Step take_integer(Bytes& block, unsigned bits, std::size_t& value);
  static Step take_text(Bytes& block, std::string& text);
  Step take_literal(Bytes& block, unsigned bits, Field& field);
  Step take_size(Bytes& block);
  [[nodiscard]] std::optional<Field> entry(std::size_t index) const;
  void remember(const Field& field);
  void shrink(std::size_t limit);

  std::deque<Field> table_;  // the newest first
  std::size_t size_ = 0;
  std::size_t most_table_ = kMostTable;
  std::size_t limit_ = kMostTable;  // until the peer says more
};

// A text with its length, in Huffman's code where that is shorter.
void put_hpack_text(Buffer& out, std::string_view text);
// The same without.
void put_hpack_plain(Buffer& out, std::string_view text);

}  // namespace rozaneh::site
