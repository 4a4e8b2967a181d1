// Records: how messages come and go. What they say is in client_messages.cpp.
#include "wire/tls/client_handshake.h"
#include "base/writer.h"

namespace rozaneh::tls {
namespace {

constexpr std::size_t kMost = std::size_t{1} << 18U;  // bytes of all records

Buffer record(ContentType type, std::uint16_t version, Bytes content) {
  Writer writer;
  writer.u8(static_cast<std::uint8_t>(type)).u16(version).u16(static_cast<std::uint16_t>(content.size()));
  return writer.bytes(content).take();
}

}  // namespace

ClientHandshake::ClientHandshake(Options options, Random& random)
    : options_(std::move(options)),
      shares_(random),
      hello_(options_.host, options_.alpn, random),
      reader_(kMaxCertificates) {}

std::unexpected<ClientHandshake::Wrong> ClientHandshake::wrong(Alert alert, std::string_view detail) {
  return std::unexpected(Wrong{alert, TlsError::protocol, std::string(detail)});
}

Result<Step> ClientHandshake::step(Bytes received) {
  Step step;
  if (state_ == State::start) {
    first_hello_ = hello_.message(shares_.offered());
    step.send = record(ContentType::handshake, kTls10, first_hello_);
    state_ = State::server_hello;
  }
  while (state_ != State::done && received.size() >= kRecordHeader) {
    const auto header = parse_record_header(received);
    const bool fits = header && header->length <= (in_ ? kMaxProtected : kMaxPlaintext);
    if (!fits) return failed({Alert::decode_error, TlsError::protocol, "no record"}, std::move(step));
    const std::size_t size = kRecordHeader + header->length;
    if (received.size() < size) break;
    taken_ += size;
    if (taken_ > kMost) return failed({Alert::decode_error, TlsError::protocol, "too much"}, std::move(step));
    Buffer whole(received.begin(), received.begin() + static_cast<std::ptrdiff_t>(size));
    received = received.subspan(size);
    step.consumed += size;
    if (const auto taken = take_record(header->type, whole, step.send); !taken)
      return failed(taken.error(), std::move(step));
  }
  step.done = state_ == State::done;
  return step;
}

ClientHandshake::Outcome ClientHandshake::take_record(ContentType type, MutableBytes record, Buffer& send) {
  Bytes content = record.subspan(kRecordHeader);
  if (type == ContentType::change_cipher_spec) {  // RFC 8446 section 5: means nothing
    if (content.size() != 1 || content[0] != 1) return wrong(Alert::unexpected_message, "change_cipher_spec");
    return {};
  }
  if (in_ && type == ContentType::application_data) {
    const auto opened = in_->open(record);
    if (!opened) return wrong(opened.error(), "a record that cannot be read");
    type = opened->type;
    content = opened->content;
  } else if (in_ && type != ContentType::alert) {
    return wrong(Alert::unexpected_message, "a record in the open");
  }
  if (type == ContentType::alert && content.size() == 2)
    return std::unexpected(Wrong{Alert::close_notify, TlsError::refused, std::to_string(content[1])});
  if (type != ContentType::handshake || content.empty())
    return wrong(Alert::unexpected_message, "a record of another kind");
  return take_payload(content, send);
}

// Messages may share records and records messages, but not across a change of keys (section 5.1).
ClientHandshake::Outcome ClientHandshake::take_payload(Bytes payload, Buffer& send) {
  while (const auto message = reader_.next(payload)) {
    if (!message->kept) return wrong(Alert::decode_error, "a message too long");
    const bool was_open = !in_;
    const auto taken = take_message(*message, send);
    if (!taken) return taken;
    if ((state_ == State::done || was_open) && !payload.empty())
      return wrong(Alert::unexpected_message, "a message across a change of keys");
  }
  return {};
}

Buffer ClientHandshake::sealed(ContentType type, Bytes content) {
  Buffer made(content.size() + kRecordOverhead);
  out_->seal(type, content, 0, made);
  return made;
}

// Once, before the first record behind the hello (appendix D.4).
void ClientHandshake::send_change(Buffer& send) {
  if (!std::exchange(changed_, true))
    append(send, record(ContentType::change_cipher_spec, kTls12, Buffer{1}));
}

ClientHandshake::Outcome ClientHandshake::take_retry(const ServerHello& hello, Buffer& send) {
  const Extension* const share = find_extension(hello.extensions, extension::kKeyShare);
  const Extension* const cookie = find_extension(hello.extensions, extension::kCookie);
  if (retried_ || hello.extensions.size() != 1U + (share != nullptr) + (cookie != nullptr))
    return wrong(Alert::unexpected_message, "a second request for another hello, or one with more in it");
  if (share == nullptr || share->body.size() != 2 || !shares_.retry(*hello.group))
    return wrong(Alert::illegal_parameter, "a request for a key that is not ours to give");
  Bytes content;
  if (cookie != nullptr) {
    Reader reader(cookie->body);
    const auto bytes = take_vector16(reader);
    if (!bytes || bytes->empty() || !reader.empty()) return wrong(Alert::decode_error, "a cookie");
    content = *bytes;
  }
  retried_ = true;
  group_ = *hello.group;
  const Buffer second = hello_.again(shares_.offered(), content);
  transcript_->add(second);
  send_change(send);
  append(send, record(ContentType::handshake, kTls12, second));
  return {};
}

// The flight's messages share a record, as BoringSSL's do.
void ClientHandshake::finish(Buffer& send) {
  Writer flight;
  if (settings_) {  // ALPS: ours are empty
    flight.u32(static_cast<std::uint32_t>(HandshakeType::encrypted_extensions) << 24U | 6U).u16(4);
    flight.u16(extension::kApplicationSettings).u16(0);
  }
  if (request_context_) {  // a Certificate without certificates
    const auto size = static_cast<std::uint32_t>(request_context_->size());
    flight.u32(static_cast<std::uint32_t>(HandshakeType::certificate) << 24U | (size + 4));
    flight.u8(static_cast<std::uint8_t>(size)).bytes(*request_context_).zeros(3);
  }
  transcript_->add(flight.view());
  const auto mac = crypto::Tls13Schedule::finished(suite(), *client_secret_, *transcript_);
  flight.u32(static_cast<std::uint32_t>(HandshakeType::finished) << 24U |
             static_cast<std::uint32_t>(mac.bytes().size()));
  flight.bytes(mac.bytes());
  send_change(send);
  append(send, sealed(ContentType::handshake, flight.view()));
}

Step ClientHandshake::failed(const Wrong& wrong, Step step) {
  step.failure = Error(wrong.code, wrong.detail);
  if (wrong.code == TlsError::refused) return step;
  const Buffer fatal = {2, static_cast<std::uint8_t>(wrong.alert)};
  append(step.send, out_ ? sealed(ContentType::alert, fatal) : record(ContentType::alert, kTls12, fatal));
  return step;
}

RecordKeys ClientHandshake::incoming() const {
  return {suite(), server_secret_->bytes(), RecordKeys::Use::open};
}

RecordKeys ClientHandshake::outgoing() const {
  return {suite(), client_secret_->bytes(), RecordKeys::Use::seal};
}

}  // namespace rozaneh::tls
