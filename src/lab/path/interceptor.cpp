#include "lab/path/interceptor.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>

#include "crypto/openssl_handles.h"
#include "io/error.h"
#include "lab/censor/sights.h"
#include "lab/path/process.h"
#include "lab/recognise/tls_packet.h"

namespace rozaneh::lab {
namespace {

using crypto::Certificate;
using crypto::must;
using crypto::must_have;
using crypto::Ssl;
using crypto::SslContext;

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostHello = 16 * 1024;
constexpr std::chrono::seconds kPatience{10};  // for a hello

// Waits until more than `known` bytes can be read, or the stream has ended; false: neither came in time.
bool wait_for_more_than(std::size_t known, int client, Clock::time_point until) {
  const int enough = static_cast<int>(known) + 1;
  setsockopt(client, SOL_SOCKET, SO_RCVLOWAT, &enough, sizeof enough);
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
  pollfd ready{client, POLLIN, 0};
  return poll(&ready, 1, static_cast<int>(std::max<std::int64_t>(left, 0))) > 0;
}

// The name in the hello that a client has sent and that stays unread; nullopt: none, or no hello came.
std::optional<std::string> name_in_hello(int client) {
  Buffer seen(kMostHello);
  const auto until = Clock::now() + kPatience;
  for (std::size_t known = 0; known < seen.size();) {
    if (!wait_for_more_than(known, client, until)) return std::nullopt;
    const ssize_t size = recv(client, seen.data(), seen.size(), MSG_PEEK);
    if (size <= 0 || static_cast<std::size_t>(size) <= known) return std::nullopt;
    known = static_cast<std::size_t>(size);
    const Bytes so_far = Bytes(seen).first(known);
    if (looks_like_client_hello(so_far) == Looks::no) return std::nullopt;
    const auto found = client_hello_in_packet(so_far);
    if (found && (found->whole || found->hello.server_name)) return found->hello.server_name;
  }
  return std::nullopt;
}

// Carries bytes both ways until one side has no more.
void carry(int client, int server) {
  std::array<std::uint8_t, 16384> bytes{};
  std::array<pollfd, 2> ends{{{client, POLLIN, 0}, {server, POLLIN, 0}}};
  while (poll(ends.data(), ends.size(), -1) > 0) {
    for (std::size_t i = 0; i < 2; ++i) {
      if (ends[i].revents == 0) continue;
      const ssize_t size = recv(ends[i].fd, bytes.data(), bytes.size(), 0);
      if (size <= 0) return;
      for (ssize_t sent = 0; sent < size;) {
        const ssize_t count =
            send(ends[1 - i].fd, bytes.data() + sent, static_cast<std::size_t>(size - sent), MSG_NOSIGNAL);
        if (count <= 0) return;
        sent += count;
      }
    }
  }
}

// The same between two TLS connections.
void carry(SSL* client, SSL* server) {
  std::array<std::uint8_t, 16384> bytes{};
  const std::array<SSL*, 2> sides = {client, server};
  // A record without data, such as a ticket, must not make one side wait for the next while the other speaks.
  for (SSL* side : sides) SSL_clear_mode(side, SSL_MODE_AUTO_RETRY);
  std::array<pollfd, 2> ends{{{SSL_get_fd(client), POLLIN, 0}, {SSL_get_fd(server), POLLIN, 0}}};
  for (;;) {
    const bool waiting = SSL_pending(client) > 0 || SSL_pending(server) > 0;
    if (!waiting && poll(ends.data(), ends.size(), -1) <= 0) return;
    for (std::size_t i = 0; i < 2; ++i) {
      if (ends[i].revents == 0 && SSL_pending(sides[i]) == 0) continue;
      const int size = SSL_read(sides[i], bytes.data(), static_cast<int>(bytes.size()));
      ends[i].revents = 0;
      if (size <= 0 && SSL_get_error(sides[i], size) == SSL_ERROR_WANT_READ) continue;
      if (size <= 0 || SSL_write(sides[1 - i], bytes.data(), size) != size) return;
    }
  }
}

// As the server's, but by another issuer and with another key.
Certificate forged_after(X509* original, EVP_PKEY* key) {
  Certificate forged(must_have(X509_dup(original)));
  const crypto::Name issuer(must_have(X509_NAME_new()));
  const std::string name = "Qaznet Trust Network";
  must(X509_NAME_add_entry_by_txt(issuer.get(), "CN", MBSTRING_ASC,
                                  reinterpret_cast<const unsigned char*>(name.data()),
                                  static_cast<int>(name.size()), -1, 0));
  must(X509_set_issuer_name(forged.get(), issuer.get()));
  must(X509_set_pubkey(forged.get(), key));
  must(X509_sign(forged.get(), key, EVP_sha256()) > 0 ? 1 : 0);
  return forged;
}

void stand_between(int client, int server, const std::string& name) {
  const SslContext towards(must_have(SSL_CTX_new(TLS_client_method())));
  const Ssl outer(must_have(SSL_new(towards.get())));
  must(SSL_set_fd(outer.get(), server));
  std::string asked = name;
  must(static_cast<int>(
      SSL_ctrl(outer.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, asked.data())));
  if (SSL_connect(outer.get()) != 1) return;
  const Certificate original(SSL_get1_peer_certificate(outer.get()));
  if (!original) return;
  const crypto::Key key(must_have(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")));
  const Certificate forged = forged_after(original.get(), key.get());
  const SslContext inside(must_have(SSL_CTX_new(TLS_server_method())));
  must(SSL_CTX_use_certificate(inside.get(), forged.get()));
  must(SSL_CTX_use_PrivateKey(inside.get(), key.get()));
  const Ssl inner(must_have(SSL_new(inside.get())));
  must(SSL_set_fd(inner.get(), client));
  if (SSL_accept(inner.get()) == 1) carry(inner.get(), outer.get());
}

void intercept(int client, const Interception& interception) {
  sockaddr_in6 server{};
  socklen_t size = sizeof server;
  if (getsockname(client, reinterpret_cast<sockaddr*>(&server), &size) != 0) return;
  server.sin6_port = htons(interception.server_port);
  const io::Descriptor there(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (connect(there.number(), reinterpret_cast<const sockaddr*>(&server), size) != 0) return;
  const auto name = name_in_hello(client);
  const int any = 1;
  setsockopt(client, SOL_SOCKET, SO_RCVLOWAT, &any, sizeof any);
  if (name && is_listed(*name, interception.names))
    stand_between(client, there.number(), *name);
  else
    carry(client, there.number());
}

int serve(int listener, const Interception& interception) {
  std::signal(SIGCHLD, SIG_IGN);  // nobody waits for those who are done
  std::signal(SIGPIPE, SIG_IGN);
  for (;;) {
    const io::Descriptor client(accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
    if (!client.is_open()) continue;
    if (fork() != 0) continue;
    intercept(client.number(), interception);
    _exit(0);
  }
}

Result<io::Descriptor> listen_on(std::uint16_t port) {
  io::Descriptor listener(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  const int off = 0;
  setsockopt(listener.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(listener.number(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  sockaddr_in6 any{};
  any.sin6_family = AF_INET6;
  any.sin6_port = htons(port);
  if (bind(listener.number(), reinterpret_cast<const sockaddr*>(&any), sizeof any) != 0 ||
      listen(listener.number(), SOMAXCONN) != 0)
    return std::unexpected(io::from_errno(errno, "listen for connections to intercept"));
  return listener;
}

}  // namespace

Result<> start_interceptor(const Topology& topology, const Interception& interception) {
  io::Descriptor listener;
  auto listening = within(topology.network(Side::server), [&]() -> Result<> {
    auto opened = listen_on(interception.at_port);
    if (!opened) return std::unexpected(opened.error());
    listener = std::move(*opened);
    return {};
  });
  if (!listening) return listening;
  const auto started =
      start_here(topology.network(Side::server), [&] { return serve(listener.number(), interception); });
  if (!started) return std::unexpected(started.error());
  return {};
}

}  // namespace rozaneh::lab
