#include "io/kernel_tls.h"

#include <linux/tls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "base/secret.h"

namespace rozaneh::io::kernel_tls {
namespace {

using Place = tls::RecordKeys::Place;

// The kernel takes the IV of RFC 8446 in two parts, the first of which it calls salt; with ChaCha20 the salt
// is empty.
template <class Info>
bool install(int socket, const Place& place, std::uint16_t cipher) {
  Info info{};
  info.info.version = TLS_1_3_VERSION;
  info.info.cipher_type = cipher;
  const std::size_t salt = place.iv.size() - sizeof info.iv;
  std::memcpy(info.key, place.key.data(), sizeof info.key);
  std::memcpy(info.salt, place.iv.data(), salt);
  std::memcpy(info.iv, place.iv.data() + salt, sizeof info.iv);
  for (unsigned i = 0; i < 8; ++i) info.rec_seq[7 - i] = static_cast<std::uint8_t>(place.next >> (8 * i));
  const bool done = setsockopt(socket, SOL_TLS, TLS_TX, &info, sizeof info) == 0;
  wipe({reinterpret_cast<std::uint8_t*>(&info), sizeof info});
  return done;
}

bool enter(int socket) {
  // The same for all of the process: the module does not go away, nor come.
  static std::atomic<bool> absent{false};
  if (absent.load(std::memory_order_relaxed)) return false;
  constexpr char kName[] = "tls";
  if (setsockopt(socket, IPPROTO_TCP, TCP_ULP, kName, sizeof kName) == 0) return true;
  if (errno == ENOENT || errno == ENOPROTOOPT) absent.store(true, std::memory_order_relaxed);
  return false;
}

}  // namespace

bool seal(int socket, const tls::RecordKeys& keys) {
  const Place place = keys.place();
  // Until it has keys such a socket is as any other, so that a refusal of these leaves no trace.
  if (!enter(socket)) return false;
  switch (place.suite) {
    case crypto::Tls13Suite::aes128_gcm_sha256:
      return install<tls12_crypto_info_aes_gcm_128>(socket, place, TLS_CIPHER_AES_GCM_128);
    case crypto::Tls13Suite::aes256_gcm_sha384:
      return install<tls12_crypto_info_aes_gcm_256>(socket, place, TLS_CIPHER_AES_GCM_256);
    case crypto::Tls13Suite::chacha20_poly1305_sha256:
      return install<tls12_crypto_info_chacha20_poly1305>(socket, place, TLS_CIPHER_CHACHA20_POLY1305);
  }
  return false;
}

bool send_record(int socket, tls::ContentType type, Bytes content) {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(std::uint8_t))> control{};
  Buffer copied(content.begin(), content.end());  // sendmsg asks for bytes that may be changed
  iovec part{copied.data(), copied.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_TLS;
  header->cmsg_type = TLS_SET_RECORD_TYPE;
  header->cmsg_len = CMSG_LEN(sizeof(std::uint8_t));
  *CMSG_DATA(header) = static_cast<std::uint8_t>(type);
  return sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL) == static_cast<ssize_t>(content.size());
}

}  // namespace rozaneh::io::kernel_tls
