#include "io/ticket_keys.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include "crypto/openssl.h"
#include "crypto/random.h"

namespace rozaneh::io {
namespace {

using crypto::must_have;

constexpr int kIv = 16;

TicketKeys::Key fresh_key() {
  crypto::SystemRandom random;
  TicketKeys::Key key;
  random.fill(key.name);
  random.fill(key.aes.bytes());
  random.fill(key.mac.bytes());
  return key;
}

bool use(const TicketKeys::Key& key, const unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
         int encrypt) {
  static const EVP_CIPHER* const aes = must_have(EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr));
  auto secret = key.mac;  // OpenSSL takes it as one that it could write to
  std::string digest = "SHA256";
  const std::array<OSSL_PARAM, 3> parameters = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, secret.bytes().data(), Secret<32>::kSize),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0), OSSL_PARAM_construct_end()};
  return EVP_CipherInit_ex2(cipher, aes, key.aes.bytes().data(), iv, encrypt, nullptr) == 1 &&
         EVP_MAC_CTX_set_params(mac, parameters.data()) == 1;
}

int index_of_keys() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

// What OpenSSL wants: 1 good, 2 good and to be renewed, 0 not ours, -1 failed.
int on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
              int encrypt) {
  auto& keys = *static_cast<TicketKeys*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), index_of_keys()));
  const std::span<std::uint8_t, 16> name_bytes(name, 16);
  if (encrypt == 1) {
    const auto key = keys.current(Clock::now());
    copy(name_bytes, key.name);
    crypto::SystemRandom random;
    random.fill({iv, kIv});
    return use(key, iv, cipher, mac, 1) ? 1 : -1;
  }
  const auto key = keys.find(name_bytes, Clock::now());
  if (!key) return 0;
  if (!use(*key, iv, cipher, mac, 0)) return -1;
  // Under TLS 1.3 each resumption brings a new ticket, as it does with OpenSSL's own keys.
  return SSL_version(ssl) < TLS1_3_VERSION && key->name == keys.current(Clock::now()).name ? 1 : 2;
}

}  // namespace

void TicketKeys::install(SSL_CTX* context) {
  crypto::must(SSL_CTX_set_ex_data(context, index_of_keys(), this));
  crypto::must(SSL_CTX_set_tlsext_ticket_key_evp_cb(context, &on_ticket));
}

void TicketKeys::turn(Clock::time_point now) {
  if (current_ && now - since_ < kPeriod) return;
  previous_.reset();
  if (current_ && now - since_ < 2 * kPeriod) previous_ = current_;
  current_ = fresh_key();
  since_ = now;
}

TicketKeys::Key TicketKeys::current(Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  turn(now);
  return *current_;
}

std::optional<TicketKeys::Key> TicketKeys::find(std::span<const std::uint8_t, 16> name,
                                                Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  turn(now);
  for (const auto* key : {&current_, &previous_})
    if (*key && std::ranges::equal((*key)->name, name)) return *key;
  return std::nullopt;
}

}  // namespace rozaneh::io
