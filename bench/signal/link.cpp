#include "link.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace load {
namespace {

// One address would meet limits on connections for each, and run out of ports.
constexpr unsigned kAddresses = 64;

sockaddr_in loopback(std::uint16_t port, unsigned last = 1, unsigned third = 0) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + last + (third << 8U));
  return address;
}

int connect_to(std::uint16_t port, unsigned number) {
  const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  if (descriptor < 0) failed("socket");
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  const timeval patience{.tv_sec = 20, .tv_usec = 0};
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const sockaddr_in from = loopback(0, 1 + number % kAddresses, 1);
  const sockaddr_in to = loopback(port);
  if (bind(descriptor, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0 ||
      connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    close(descriptor);
    failed("connect");
  }
  return descriptor;
}

int keep_session(SSL* ssl, SSL_SESSION* session) {
  auto* sessions = static_cast<Sessions*>(SSL_get_app_data(ssl));
  if (sessions == nullptr) return 0;
  sessions->last.reset(session);
  return 1;
}

// The outer hello is libsignal's in what costs a server something: TLS 1.3, its groups, no ALPN.
SSL_CTX* make_context() {
  SSL_CTX* made = SSL_CTX_new(TLS_client_method());
  if (made == nullptr || SSL_CTX_set_min_proto_version(made, TLS1_3_VERSION) != 1 ||
      SSL_CTX_set1_groups_list(made, "X25519:P-256:P-384") != 1)
    failed("TLS");
  SSL_CTX_set_mode(made, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(made, 1);
  SSL_CTX_set_default_read_buffer_len(made, 64 * 1024);
  SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(made, &keep_session);
  return made;
}

SSL_CTX* context() {
  static SSL_CTX* const made = make_context();
  return made;
}

// A whole inner ClientHello, OpenSSL's.
std::string make_hello() {
  SSL* ssl = SSL_new(context());
  SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_tlsext_host_name(ssl, kInnerName);
  SSL_set_connect_state(ssl);
  (void)SSL_do_handshake(ssl);
  char* data = nullptr;
  const long size = BIO_get_mem_data(SSL_get_wbio(ssl), &data);
  std::string hello(data, static_cast<std::size_t>(size));
  SSL_free(ssl);
  return hello;
}

const std::string& inner_hello() {
  static const std::string made = make_hello();
  return made;
}

}  // namespace

void failed(const std::string& doing) { throw std::runtime_error(doing + ": " + std::strerror(errno)); }

Where parse_where(const std::string& text) {
  const bool raw = text.starts_with("raw:");
  return {static_cast<std::uint16_t>(std::stoul(raw ? text.substr(4) : text)), !raw};
}

Link::Link(const Where& where, unsigned number, Sessions* sessions)
    : descriptor_(connect_to(where.port, number)) {
  if (where.tls) {
    ssl_.reset(SSL_new(context()));
    SSL_set_fd(ssl_.get(), descriptor_);
    SSL_set_tlsext_host_name(ssl_.get(), kOuterName);
    SSL_set_app_data(ssl_.get(), sessions);
    if (sessions != nullptr && sessions->last) SSL_set_session(ssl_.get(), sessions->last.get());
    if (SSL_connect(ssl_.get()) != 1) {
      close(descriptor_);
      failed("handshake");
    }
    if (sessions != nullptr) sessions->resumed += static_cast<unsigned>(SSL_session_reused(ssl_.get()));
  }
  try {
    char answer = 0;
    send(inner_hello().data(), inner_hello().size());
    all(&answer, 1);
  } catch (...) {
    close(descriptor_);
    throw;
  }
}

Link::~Link() {
  if (descriptor_ < 0) return;
  if (ssl_) (void)SSL_shutdown(ssl_.get());
  close(descriptor_);
}

void Link::order(char kind, std::uint64_t count) {
  std::array<char, 9> bytes{kind};
  std::memcpy(bytes.data() + 1, &count, sizeof count);
  send(bytes.data(), bytes.size());
}

void Link::send(const char* from, std::size_t size) {
  while (size > 0) {
    const auto sent = ssl_ ? static_cast<ssize_t>(SSL_write(ssl_.get(), from, static_cast<int>(size)))
                           : ::send(descriptor_, from, size, MSG_NOSIGNAL);
    if (sent <= 0) failed("sending");
    from += sent;
    size -= static_cast<std::size_t>(sent);
  }
}

std::size_t Link::some(char* into, std::size_t room) {
  const auto count = ssl_ ? static_cast<ssize_t>(SSL_read(ssl_.get(), into, static_cast<int>(room)))
                          : recv(descriptor_, into, room, 0);
  if (count <= 0) failed("receiving");
  return static_cast<std::size_t>(count);
}

void Link::all(char* into, std::size_t size) {
  while (size > 0) {
    const std::size_t count = some(into, size);
    into += count;
    size -= count;
  }
}

int Link::let_go() { return std::exchange(descriptor_, -1); }

}  // namespace load
