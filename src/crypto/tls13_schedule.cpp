#include "crypto/tls13_schedule.h"

namespace rozaneh::crypto {

Tls13Transcript::Tls13Transcript(Tls13Suite suite) : suite_(suite) {
  if (secret_size(suite) == 48) hash_.emplace<Sha384>();
}

void Tls13Transcript::add(Bytes message) {
  std::visit([&](auto& hash) { hash.update(message); }, hash_);
}

Tls13Secret Tls13Transcript::hash() const {
  Tls13Secret now(suite_);
  auto copied = hash_;
  std::visit([&](auto& hash) { copy(now.bytes(), hash.finish()); }, copied);
  return now;
}

// The early secret: HKDF-Extract of zeros with zeros, since there is no key from before.
Tls13Schedule::Tls13Schedule(Tls13Suite suite) : suite_(suite), secret_(suite) {
  const Tls13Secret zeros(suite);
  tls13_hmac(suite, zeros.bytes(), zeros.bytes(), secret_.bytes());
}

void Tls13Schedule::advance(Bytes input) {
  const Tls13Secret zeros(suite_);
  const Tls13Secret salt = derive("derived", Tls13Transcript(suite_));
  tls13_hmac(suite_, salt.bytes(), input.empty() ? zeros.bytes() : input, secret_.bytes());
}

Tls13Secret Tls13Schedule::derive(std::string_view label, const Tls13Transcript& messages) const {
  Tls13Secret derived(suite_);
  expand_label(suite_, secret_.bytes(), label, derived.bytes(), messages.hash().bytes());
  return derived;
}

Tls13Secret Tls13Schedule::finished(Tls13Suite suite, const Tls13Secret& traffic,
                                    const Tls13Transcript& messages) {
  Tls13Secret key(suite);
  expand_label(suite, traffic.bytes(), "finished", key.bytes());
  Tls13Secret mac(suite);
  tls13_hmac(suite, key.bytes(), messages.hash().bytes(), mac.bytes());
  return mac;
}

}  // namespace rozaneh::crypto
