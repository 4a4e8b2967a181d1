#include "site/gzip.h"

#include <algorithm>
#include <array>
#include <new>

namespace rozaneh::site {
namespace {

constexpr int kGzipFormat = 16;            // added to the window bits
constexpr std::uint64_t kLookahead = 262;  // of its window, zlib uses so much less
constexpr int kLevel = 1;                  // gzip_comp_level

}  // namespace

Gzip::Gzip(std::uint64_t length) : stream_(std::make_unique<z_stream>()) {
  int window = MAX_WBITS;
  int memory = MAX_MEM_LEVEL - 1;
  while (length > 0 && length + kLookahead < (std::uint64_t{1} << (window - 1))) {
    --window;
    --memory;
  }
  if (deflateInit2(stream_.get(), kLevel, Z_DEFLATED, window + kGzipFormat, std::max(memory, 1),
                   Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
}

Gzip::~Gzip() { deflateEnd(stream_.get()); }

void Gzip::add(Bytes input, Then then, Buffer& out) {
  const int flush = then == Then::end ? Z_FINISH : then == Then::flush ? Z_SYNC_FLUSH : Z_NO_FLUSH;
  std::array<std::uint8_t, 4096> part{};
  Buffer copy_of_input(input.begin(), input.end());  // zlib's interface is not const
  stream_->next_in = copy_of_input.data();
  stream_->avail_in = static_cast<uInt>(copy_of_input.size());
  int state = Z_OK;
  do {
    stream_->next_out = part.data();
    stream_->avail_out = part.size();
    state = deflate(stream_.get(), flush);
    append(out, Bytes(part).first(part.size() - stream_->avail_out));
  } while (stream_->avail_out == 0 && state != Z_STREAM_END);
}

}  // namespace rozaneh::site
