#include "lab/recognise/tls.h"

#include <utility>

namespace rozaneh::lab {
namespace {

using Kind = TlsEvent::Kind;
using tls::ContentType;
using tls::HandshakeType;

Kind kind_of(HandshakeType type) {
  switch (type) {
    case HandshakeType::client_hello:
      return Kind::client_hello;
    case HandshakeType::server_hello:
      return Kind::server_hello;
    case HandshakeType::certificate:
      return Kind::certificate;
    case HandshakeType::server_key_exchange:
      return Kind::server_key_exchange;
    case HandshakeType::certificate_request:
      return Kind::certificate_request;
    case HandshakeType::server_hello_done:
      return Kind::server_hello_done;
    case HandshakeType::client_key_exchange:
      return Kind::client_key_exchange;
    default:
      return Kind::other_handshake;
  }
}

}  // namespace

std::vector<TlsEvent> TlsObserver::feed(Direction direction, Bytes bytes) {
  if (direction == Direction::up && !opened_) {
    if (take_opening(bytes)) take_records(direction, std::exchange(opening_, {}));
  } else {
    take_records(direction, bytes);
  }
  return std::exchange(events_, {});
}

// Holds the client's first bytes back until it is known in which form it begins; whether it is now. What is
// held then is the beginning of the records.
bool TlsObserver::take_opening(Bytes bytes) {
  append(opening_, bytes);
  Sslv2ClientHello hello;
  const Looks form = read_sslv2_client_hello(opening_, hello);
  if (form == Looks::more) return false;
  opened_ = true;
  if (form == Looks::no) return true;
  up_.taken = hello.size;
  opening_.erase(opening_.begin(), opening_.begin() + static_cast<std::ptrdiff_t>(hello.size));
  tell(Direction::up, Kind::client_hello, hello.size);
  events_.back().detail = std::move(hello);
  hello_seen_ = true;
  return true;
}

void TlsObserver::take_records(Direction direction, Bytes bytes) {
  Side& from = side(direction);
  while (true) {
    const std::size_t before = bytes.size();
    const auto piece = from.records.next(bytes);
    const std::size_t payload = piece ? piece->payload.size() : 0;
    from.taken += before - bytes.size() - payload;
    if (!piece) return;
    take_piece(direction, *piece);
  }
}

void TlsObserver::take_piece(Direction direction, const tls::RecordReader::Piece& piece) {
  Side& from = side(direction);
  const std::size_t length = piece.header.length;
  if (piece.header.type == ContentType::handshake && !encrypted(from)) {
    take_messages(direction, piece.payload);
    return;
  }
  from.taken += piece.payload.size();
  if (piece.header.type == ContentType::alert) take_alert(direction, piece);
  if (!piece.last) return;
  switch (piece.header.type) {
    case ContentType::change_cipher_spec:
      from.ciphered = true;
      tell(direction, Kind::change_cipher_spec, length);
      break;
    case ContentType::handshake:
      tell(direction, from.finished ? Kind::encrypted_handshake : Kind::finished, length);
      from.finished = true;
      break;
    case ContentType::application_data:
      tell(direction, Kind::application_data, length);
      break;
    case ContentType::heartbeat:
      tell(direction, Kind::heartbeat, length);
      break;
    case ContentType::alert:
      break;
  }
}

void TlsObserver::take_alert(Direction direction, const tls::RecordReader::Piece& piece) {
  Side& from = side(direction);
  const bool readable = !encrypted(from) && piece.header.length == 2;
  if (readable) append(from.alert, piece.payload);
  if (!piece.last) return;
  tell(direction, Kind::alert, piece.header.length);
  if (readable) events_.back().detail = TlsAlert{.level = from.alert[0], .description = from.alert[1]};
  from.alert.clear();
}

void TlsObserver::take_messages(Direction direction, Bytes payload) {
  Side& from = side(direction);
  while (true) {
    const std::size_t before = payload.size();
    const auto message = from.messages.next(payload);
    from.taken += before - payload.size();
    if (!message) return;
    TlsEvent event{.direction = direction,
                   .kind = kind_of(message->type),
                   .end = from.taken,
                   .size = message->size,
                   .detail = {}};
    take_message(std::move(event), *message);
  }
}

void TlsObserver::take_message(TlsEvent event, const tls::HandshakeMessage& message) {
  if (message.kept) {
    if (event.kind == Kind::client_hello) read_client_hello(event, message);
    if (event.kind == Kind::server_hello) read_server_hello(event, message);
    if (event.kind == Kind::server_key_exchange) event.detail = read_server_key_exchange(message.body);
    if (event.kind == Kind::certificate)
      if (auto chain = read_certificate_message(message.body)) event.detail = *std::move(chain);
  }
  events_.push_back(std::move(event));
}

void TlsObserver::read_client_hello(TlsEvent& event, const tls::HandshakeMessage& message) {
  auto hello = tls::parse_client_hello(message.body);
  if (!hello) return;
  hello_seen_ = true;
  event.detail = *std::move(hello);
}

void TlsObserver::read_server_hello(TlsEvent& event, const tls::HandshakeMessage& message) {
  auto hello = tls::parse_server_hello(message.body);
  if (!hello) return;
  hello_seen_ = true;
  version_ = hello->version;
  cipher_suite_ = hello->cipher_suite;
  event.detail = *std::move(hello);
}

void TlsObserver::tell(Direction direction, TlsEvent::Kind kind, std::size_t size) {
  events_.push_back(
      {.direction = direction, .kind = kind, .end = side(direction).taken, .size = size, .detail = {}});
}

Looks TlsObserver::looks() const {
  if (hello_seen_) return Looks::yes;
  const bool none_left =
      (up_.records.broken() || up_.taken == 0) && (down_.records.broken() || down_.taken == 0);
  return none_left && up_.taken + down_.taken > 0 ? Looks::no : Looks::more;
}

}  // namespace rozaneh::lab
