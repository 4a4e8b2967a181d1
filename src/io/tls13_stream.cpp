#include "io/tls13_stream.h"

#include "base/writer.h"
#include "io/error.h"
#include "io/tcp_stream.h"

namespace rozaneh::io {
namespace {

using tls::Alert;
using tls::ContentType;

constexpr std::uint8_t kKeyUpdate = 24;  // RFC 8446 section 4.6.3
constexpr std::uint8_t kWarning = 1;     // section 6
constexpr std::uint8_t kFatal = 2;
constexpr std::uint8_t kUserCanceled = 90;  // section 6.1: says nothing, close_notify follows
constexpr unsigned kMostEmptyRecords = 32;  // in a row; OpenSSL's

std::size_t record_size(Bytes bytes) {
  if (bytes.size() < tls::kRecordHeader) return tls::kRecordHeader;
  return tls::kRecordHeader + (static_cast<std::size_t>(bytes[3]) << 8U | bytes[4]);
}

}  // namespace

Tls13Stream::Tls13Stream(Loop& loop, Stream& inner, tls::RecordKeys in, tls::RecordKeys out, Bytes received,
                         Side side)
    : loop_(loop),
      inner_(inner),
      in_(std::move(in)),
      out_(std::move(out)),
      rest_(received.begin(), received.end()),
      rest_is_new_(!received.empty()) {
  if (side == Side::client) tickets_.emplace(1);  // tickets are passed over, not kept
}

Task<Result<Chunk>> Tls13Stream::read() {
  for (;;) {
    if (refused_) co_return co_await refuse(*refused_);
    if (ended_) co_return Chunk();
    Result<Chunk> chunk;
    if (std::exchange(rest_is_new_, false)) {
      chunk = loop_.pool().borrow();
      chunk->assign(std::exchange(rest_, {}));
    } else {
      in_.rest();
      chunk = co_await inner_.read();
      if (!chunk || chunk->empty()) co_return chunk;
      if (!rest_.empty()) chunk->prepend(std::exchange(rest_, {}));
    }
    const Decoded decoded = decode(chunk->bytes());
    refused_ = decoded.wrong;
    const Bytes rest = chunk->bytes().subspan(decoded.consumed);
    if (!rest.empty() && !ended_ && !refused_) rest_.assign(rest.begin(), rest.end());
    if (decoded.plain == 0) continue;
    chunk->drop_back(chunk->size() - decoded.plain);
    co_return chunk;
  }
}

// Opens the records that are whole where they lie, and closes the gaps between their contents.
Tls13Stream::Decoded Tls13Stream::decode(MutableBytes bytes) {
  Decoded done;
  while (!ended_ && !done.wrong) {
    const MutableBytes left = bytes.subspan(done.consumed);
    const std::size_t size = record_size(left);
    if (left.size() >= tls::kRecordHeader && size > tls::kRecordHeader + tls::kMaxProtected) {
      done.wrong = left[0] == static_cast<std::uint8_t>(ContentType::application_data)
                       ? Alert::record_overflow
                       : Alert::unexpected_message;
      break;
    }
    if (left.size() < tls::kRecordHeader || left.size() < size) break;
    done.consumed += size;
    const auto opened = in_.open(left.first(size));
    if (!opened) {
      done.wrong = opened.error();
    } else if (opened->type == ContentType::application_data) {
      empty_records_ = opened->content.empty() ? empty_records_ + 1 : 0;
      if (empty_records_ > kMostEmptyRecords) done.wrong = Alert::unexpected_message;
      copy(bytes.subspan(done.plain), opened->content);
      done.plain += opened->content.size();
    } else {
      done.wrong = take(*opened);
    }
  }
  return done;
}

std::optional<Alert> Tls13Stream::take(const tls::RecordKeys::Opened& record) {
  if (record.type == ContentType::handshake) return take_handshake(record.content);
  if (record.type != ContentType::alert || record.content.size() != 2) return Alert::unexpected_message;
  // Whatever it says, it is the last that we hear.
  if (record.content[1] != kUserCanceled) ended_ = true;
  return std::nullopt;
}

// Tickets come several in a record, or one in several.
std::optional<Alert> Tls13Stream::take_handshake(Bytes payload) {
  if (!tickets_) return take_key_update(payload);
  if (payload.empty()) return Alert::unexpected_message;
  if (!tickets_->within() && payload[0] == kKeyUpdate) return take_key_update(payload);
  while (const auto message = tickets_->next(payload)) {
    if (message->type != tls::HandshakeType::new_session_ticket) return Alert::unexpected_message;
    if (!payload.empty() && payload[0] == kKeyUpdate) return take_key_update(payload);
  }
  return std::nullopt;
}

std::optional<Alert> Tls13Stream::take_key_update(Bytes message) {
  if (message.empty() || message[0] != kKeyUpdate) return Alert::unexpected_message;
  if (message.size() != tls::kHandshakeHeader + 1 || message[3] != 1 || message[4] > 1)
    return Alert::decode_error;
  in_.update();
  if (message[4] == 1) owes_update_ = true;
  return std::nullopt;
}

Task<Result<Chunk>> Tls13Stream::refuse(Alert alert) {
  ended_ = true;
  // Not behind what the peer does not read: who broke the protocol does not hold us.
  const std::array<std::uint8_t, 2> fatal = {kFatal, static_cast<std::uint8_t>(alert)};
  if (kernel_ != nullptr)
    (void)kernel_->offer_record(ContentType::alert, fatal);
  else if (!writing_)
    (void)co_await send_alert(fatal);
  refused_.reset();
  co_return fail(IoError::other, "TLS: the peer broke the protocol");
}

Task<Result<>> Tls13Stream::send_alert(Bytes content) {
  if (kernel_ != nullptr) co_return co_await kernel_->write_record(ContentType::alert, content);
  std::array<std::uint8_t, 2 + tls::kRecordOverhead> record{};
  (void)out_.seal(ContentType::alert, content, 0, record);
  co_return co_await inner_.write(record);
}

// Between two writes everything sealed so far is with TCP, so that the kernel begins with the next record.
// Once the peer has ended, or is being refused, an alert of ours may be on its way: then it stays with us.
TcpStream* Tls13Stream::plain_sink() {
  if (asked_kernel_ || shape_ != nullptr || ended_ || owes_update_) return kernel_;
  asked_kernel_ = true;
  TcpStream* below = inner_.plain_sink();
  if (below != nullptr && below->seal_in_kernel(out_)) kernel_ = below;
  return kernel_;
}

// The next records, as many as there is room for; takes their content off `bytes`.
std::size_t Tls13Stream::seal_some(Bytes& bytes, MutableBytes room) {
  std::size_t made = 0;
  if (std::exchange(owes_update_, false)) {
    constexpr std::array<std::uint8_t, 5> kUpdate = {kKeyUpdate, 0, 0, 1, 0};
    made += out_.seal(ContentType::handshake, kUpdate, 0, room.first(kUpdate.size() + tls::kRecordOverhead));
    out_.update();
  }
  while (!bytes.empty()) {
    const Bytes content = bytes.first(std::min(bytes.size(), tls::kMaxPlaintext));
    const std::size_t padding = shape_ != nullptr ? shape_->padding(sent_, content.size()) : 0;
    const std::size_t size = content.size() + padding + tls::kRecordOverhead;
    if (room.size() - made < size) break;
    made += out_.seal(ContentType::application_data, content, padding, room.subspan(made, size));
    ++sent_;
    bytes = bytes.subspan(content.size());
  }
  return made;
}

Task<Result<>> Tls13Stream::write(Bytes bytes) {
  if (kernel_ != nullptr) co_return co_await kernel_->write(bytes);
  writing_ = true;
  Result<> written;
  while (written && !bytes.empty()) {
    Chunk block = loop_.pool().borrow();
    const std::size_t made = seal_some(bytes, block.whole_block());
    written = co_await inner_.write(block.whole_block().first(made));
  }
  out_.rest();
  writing_ = false;
  co_return written;
}

Task<Result<>> Tls13Stream::finish() {
  writing_ = true;
  constexpr std::array<std::uint8_t, 2> kClose = {kWarning, static_cast<std::uint8_t>(Alert::close_notify)};
  const auto told = co_await send_alert(kClose);
  if (!told) co_return told;
  co_return co_await inner_.finish();
}

}  // namespace rozaneh::io
