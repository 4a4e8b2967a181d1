#include "wire/varint.h"

#include <bit>

namespace rozaneh {

std::optional<std::uint64_t> take_varint(Reader& reader) {
  if (reader.empty()) return std::nullopt;
  const auto bytes = reader.bytes(std::size_t{1} << (reader.rest()[0] >> 6U));
  if (!bytes) return std::nullopt;
  std::uint64_t value = (*bytes)[0] & 0x3fU;
  for (const std::uint8_t byte : bytes->subspan(1)) value = value << 8U | byte;
  return value;
}

std::size_t store_varint(MutableBytes at, std::uint64_t value) {
  const std::size_t size = varint_size(value);
  for (std::size_t i = size; i-- > 0; value >>= 8U) at[i] = static_cast<std::uint8_t>(value);
  at[0] |= static_cast<std::uint8_t>(std::countr_zero(size) << 6U);
  return size;
}

Writer& put_varint(Writer& writer, std::uint64_t value) {
  std::uint8_t bytes[8];
  return writer.bytes(Bytes(bytes).first(store_varint(bytes, value)));
}

}  // namespace rozaneh
