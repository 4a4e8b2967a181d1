#include "wire/tls/client_hello_reader.h"

#include "wire/tls/handshake.h"

namespace rozaneh::tls {

ClientHelloReader::Answer ClientHelloReader::feed(Bytes received) {
  received = received.first(std::min(received.size(), limit_ - looked_at_));
  if (answer_ == Answer::more && looked_at_ == 0 && !received.empty() &&
      received.front() != static_cast<std::uint8_t>(ContentType::handshake)) {
    looked_at_ = 1;
    answer_ = Answer::not_tls;
  }
  while (answer_ == Answer::more) {
    const auto payload = next_payload(received);
    if (!payload) break;
    take(*payload);
  }
  if (answer_ == Answer::more && looked_at_ == limit_) answer_ = Answer::too_big;
  return answer_;
}

std::optional<Bytes> ClientHelloReader::next_payload(Bytes& received) {
  const std::size_t before = received.size();
  const auto piece = records_.next(received);
  looked_at_ += before - received.size() - (piece ? piece->payload.size() : 0);
  if (records_.broken()) answer_ = Answer::not_tls;
  // RFC 8446 section 5.1: no other record within a message, none without payload, none above 2^14.
  const auto header = piece ? piece->header : records_.header();
  if (header &&
      (header->type != ContentType::handshake || header->length == 0 || header->length > kMaxPlaintext))
    answer_ = Answer::not_tls;
  return piece ? std::optional(piece->payload) : std::nullopt;
}

std::size_t ClientHelloReader::whole_size() const {
  return kHandshakeHeader +
         ((std::size_t{message_[1]} << 16U) | (std::size_t{message_[2]} << 8U) | message_[3]);
}

// Up to the next byte after which something can be said: the type, the length, the end.
std::size_t ClientHelloReader::wanted() const {
  if (message_.empty()) return 1;
  if (message_.size() < kHandshakeHeader) return kHandshakeHeader - message_.size();
  return whole_size() - message_.size();
}

void ClientHelloReader::take(Bytes payload) {
  while (answer_ == Answer::more && !payload.empty()) {
    const Bytes part = payload.first(std::min(wanted(), payload.size()));
    payload = payload.subspan(part.size());
    looked_at_ += part.size();
    append(message_, part);
    judge();
  }
}

void ClientHelloReader::judge() {
  if (message_.front() != static_cast<std::uint8_t>(HandshakeType::client_hello)) {
    answer_ = Answer::not_tls;
  } else if (message_.size() == kHandshakeHeader && looked_at_ + wanted() > limit_) {
    answer_ = Answer::too_big;
  } else if (message_.size() >= kHandshakeHeader && wanted() == 0) {
    auto hello = parse_client_hello(Bytes(message_).subspan(kHandshakeHeader));
    answer_ = hello ? Answer::hello : Answer::not_tls;
    if (hello) hello_ = *std::move(hello);
  }
}

}  // namespace rozaneh::tls
