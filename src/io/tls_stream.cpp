#include "io/tls_stream.h"

#include <openssl/err.h>

#include "io/error.h"

namespace rozaneh::io {

using crypto::must;
using crypto::must_have;

Error tls_failure(std::string_view doing) {
  const char* reason = ERR_reason_error_string(ERR_get_error());
  ERR_clear_error();
  return {IoError::other, std::string(doing).append(": ").append(reason != nullptr ? reason : "TLS failed")};
}

namespace {

Bytes bytes_at(const char* data, int size) {
  return bytes_of({data, static_cast<std::size_t>(std::max(size, 0))});
}

long control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

// How many records begin in `bytes`, which are whole ones.
std::size_t count_records(Bytes bytes) {
  tls::RecordReader reader;
  std::size_t count = 0;
  while (const auto piece = reader.next(bytes)) count += piece->last ? 1 : 0;
  return count;
}

}  // namespace

// OpenSSL reads out of what was received, where it lies, and writes to the end of what is to be sent.
const BIO_METHOD* TlsStream::bio_method() {
  static const BIO_METHOD* const made = [] {
    BIO_METHOD* method = must_have(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "stream"));
    must(BIO_meth_set_read(method, [](BIO* bio, char* to, int room) {
      auto& self = *static_cast<TlsStream*>(BIO_get_data(bio));
      BIO_clear_retry_flags(bio);
      const std::size_t count = std::min(self.in_.size(), static_cast<std::size_t>(std::max(room, 0)));
      if (count == 0) {
        BIO_set_retry_read(bio);
        return -1;
      }
      std::memcpy(to, self.in_.bytes().data(), count);
      self.in_.drop_front(count);
      return static_cast<int>(count);
    }));
    must(BIO_meth_set_write(method, [](BIO* bio, const char* from, int size) {
      append(static_cast<TlsStream*>(BIO_get_data(bio))->out_, bytes_at(from, size));
      return size;
    }));
    must(BIO_meth_set_ctrl(method, &control));
    return method;
  }();
  return made;
}

TlsStream::TlsStream(Loop& loop, StreamPtr inner, Ssl ssl, Chunk received)
    : loop_(loop), inner_(std::move(inner)), ssl_(std::move(ssl)), in_(std::move(received)) {
  BIO* bio = must_have(BIO_new(bio_method()));
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_app_data(ssl_.get(), this);
  secrets_ = std::make_unique<crypto::TrafficSecrets>();
}

TlsStream::~TlsStream() = default;

int TlsStream::step() {
  const crypto::SecretWatch watch(*secrets_);
  return SSL_do_handshake(ssl_.get());
}

Task<Result<>> TlsStream::shake_hands() {
  for (;;) {
    const int done = step();
    const bool waits = done != 1 && SSL_get_error(ssl_.get(), done) == SSL_ERROR_WANT_READ;
    if (done != 1 && !waits) {
      const Error error = tls_failure("TLS handshake");
      (void)co_await flush();  // the alert
      co_return std::unexpected(error);
    }
    if (done == 1) last_records_ = count_records(out_);
    const auto flushed = co_await flush();
    if (!flushed) co_return flushed;
    if (done == 1) break;
    const auto fed = co_await feed();
    if (!fed) co_return std::unexpected(fed.error());
    if (!*fed) co_return fail(IoError::ended_early, "in the TLS handshake");
  }
  const unsigned char* name = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &length);
  alpn_ = text_of({name, length});
  if (const char* host = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name)) server_name_ = host;
  co_return Result<>();
}

void TlsStream::let_go() {
  const auto secrets = std::move(secrets_);
  if (SSL_version(ssl_.get()) != TLS1_3_VERSION) return;
  const auto suite = crypto::tls13_suite(SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(ssl_.get())));
  if (!suite || secrets->client.size() != crypto::secret_size(*suite) ||
      secrets->server.size() != secrets->client.size())
    return;
  using Use = tls::RecordKeys::Use;
  plain_.emplace(loop_, *inner_, tls::RecordKeys(*suite, secrets->client, Use::open),
                 tls::RecordKeys(*suite, secrets->server, Use::seal, last_records_), in_.bytes());
  in_ = Chunk();
  out_ = Buffer();
  ssl_.reset();
}

Task<Result<Chunk>> TlsStream::read_by_openssl() {
  for (;;) {
    Chunk chunk = loop_.pool().borrow();
    int good = 1;
    while (good == 1 && !chunk.room().empty()) {
      std::size_t got = 0;
      good = SSL_read_ex(ssl_.get(), chunk.room().data(), chunk.room().size(), &got);
      if (good == 1) chunk.grow(got);
    }
    if (!chunk.empty()) {
      ERR_clear_error();  // what ended the loop comes again
      co_return chunk;
    }
    const int why = SSL_get_error(ssl_.get(), good);
    if (why == SSL_ERROR_ZERO_RETURN) co_return Chunk();
    if (why != SSL_ERROR_WANT_READ) {
      const Error error = tls_failure("TLS");
      (void)co_await flush();
      co_return std::unexpected(error);
    }
    chunk = Chunk();
    const auto flushed = co_await flush();
    if (!flushed) co_return std::unexpected(flushed.error());
    const auto fed = co_await feed();
    if (!fed) co_return std::unexpected(fed.error());
    if (!*fed) co_return Chunk();
  }
}

Task<Result<>> TlsStream::write_by_openssl(Bytes bytes) {
  constexpr std::size_t kMost = 64 * 1024;  // encrypted before it is handed on
  while (!bytes.empty()) {
    const Bytes part = bytes.first(std::min(bytes.size(), kMost));
    std::size_t taken = 0;
    // What is to be sent takes all.
    if (SSL_write_ex(ssl_.get(), part.data(), part.size(), &taken) != 1)
      co_return std::unexpected(tls_failure("TLS"));
    bytes = bytes.subspan(taken);
    const auto flushed = co_await flush();
    if (!flushed) co_return flushed;
  }
  co_return Result<>();
}

Task<Result<>> TlsStream::finish_by_openssl() {
  (void)SSL_shutdown(ssl_.get());
  const auto flushed = co_await flush();
  if (!flushed) co_return flushed;
  co_return co_await inner_->finish();
}

// What came from the peer; false: nothing will any more.
Task<Result<bool>> TlsStream::feed() {
  in_ = Chunk();
  auto chunk = co_await inner_->read();
  if (!chunk) co_return std::unexpected(chunk.error());
  in_ = std::move(*chunk);
  co_return !in_.empty();
}

// Reading answers sometimes, so that both tasks may want to send; who is at it takes the other's along.
Task<Result<>> TlsStream::flush() {
  if (flushing_) co_return Result<>();
  flushing_ = true;
  Result<> written;
  while (written && !out_.empty()) {
    const Buffer part = std::exchange(out_, {});
    written = co_await inner_->write(part);
  }
  flushing_ = false;
  co_return written;
}

}  // namespace rozaneh::io
