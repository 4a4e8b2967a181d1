#include "wire/tls/certificate_message.h"

#include <brotli/decode.h>

#include "wire/tls/extension.h"

namespace rozaneh::tls {
namespace {

constexpr std::uint16_t kBrotli = 2;

std::optional<std::size_t> take_u24(Reader& reader) {
  const auto high = reader.u8();
  const auto low = high ? reader.u16() : std::nullopt;
  if (!low) return std::nullopt;
  return std::size_t{*high} << 16U | *low;
}

std::optional<Bytes> take_vector24(Reader& reader) {
  const auto size = take_u24(reader);
  return size ? reader.bytes(*size) : std::nullopt;
}

}  // namespace

std::optional<std::vector<Bytes>> parse_certificate(Bytes body) {
  Reader reader(body);
  const auto context = take_vector8(reader);
  const auto list = context ? take_vector24(reader) : std::nullopt;
  if (!list || !context->empty() || !reader.empty()) return std::nullopt;
  std::vector<Bytes> certificates;
  for (Reader rest(*list); !rest.empty();) {
    const auto certificate = take_vector24(rest);
    const auto extensions = certificate ? take_vector16(rest) : std::nullopt;
    if (!extensions || !parse_extensions(*extensions)) return std::nullopt;
    certificates.push_back(*certificate);
  }
  if (certificates.empty()) return std::nullopt;
  return certificates;
}

std::optional<Buffer> decompress_certificate(Bytes body) {
  Reader reader(body);
  const auto algorithm = reader.u16();
  const auto size = algorithm ? take_u24(reader) : std::nullopt;
  const auto compressed = size ? take_vector24(reader) : std::nullopt;
  if (!compressed || !reader.empty() || *algorithm != kBrotli || *size > kMaxCertificates)
    return std::nullopt;
  Buffer plain(*size);
  std::size_t room = plain.size();
  const auto done = BrotliDecoderDecompress(compressed->size(), compressed->data(), &room, plain.data());
  if (done != BROTLI_DECODER_RESULT_SUCCESS || room != plain.size()) return std::nullopt;
  return plain;
}

}  // namespace rozaneh::tls
