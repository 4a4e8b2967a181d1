#include "wire/tls/handshake.h"

namespace rozaneh::tls {

std::size_t HandshakeReader::body_size() const {
  return (std::size_t{message_[1]} << 16U) | (std::size_t{message_[2]} << 8U) | message_[3];
}

void HandshakeReader::take(Bytes& payload, std::size_t count) {
  const Bytes taken = payload.first(std::min(count, payload.size()));
  payload = payload.subspan(taken.size());
  if (message_.size() >= kHandshakeHeader && body_size() > limit_) {
    passed_ += taken.size();
  } else {
    append(message_, taken);
  }
}

std::optional<HandshakeMessage> HandshakeReader::next(Bytes& payload) {
  if (ended_) {
    message_.clear();
    passed_ = 0;
    ended_ = false;
  }
  if (message_.size() < kHandshakeHeader) take(payload, kHandshakeHeader - message_.size());
  if (message_.size() < kHandshakeHeader) return std::nullopt;
  const std::size_t whole = kHandshakeHeader + body_size();
  take(payload, whole - message_.size() - passed_);
  if (message_.size() + passed_ < whole) return std::nullopt;
  ended_ = true;
  return HandshakeMessage{.type = static_cast<HandshakeType>(message_[0]),
                          .size = whole,
                          .body = Bytes(message_).subspan(kHandshakeHeader),
                          .kept = body_size() <= limit_};
}

}  // namespace rozaneh::tls
