// The secrets of a TLS 1.3 handshake without a shared key from before (RFC 8446 section 7.1), and the hash of
// its messages, which they hang on.
#pragma once

#include <variant>

#include "crypto/hash.h"
#include "crypto/tls13.h"

namespace rozaneh::crypto {

// A hash, HMAC or secret: 32 bytes, or 48 with SHA-384. Wiped when it dies.
class Tls13Secret {
 public:
  explicit Tls13Secret(Tls13Suite suite) : size_(secret_size(suite)) {}

  [[nodiscard]] Bytes bytes() const { return Bytes(bytes_.bytes()).first(size_); }
  [[nodiscard]] MutableBytes bytes() { return MutableBytes(bytes_.bytes()).first(size_); }

 private:
  std::size_t size_;
  Secret<48> bytes_;
};

// The hash of all messages so far.
class Tls13Transcript {
 public:
  explicit Tls13Transcript(Tls13Suite suite);

  void add(Bytes message);
  [[nodiscard]] Tls13Secret hash() const;

 private:
  Tls13Suite suite_;
  std::variant<Sha256, Sha384> hash_;
};

class Tls13Schedule {
 public:
  explicit Tls13Schedule(Tls13Suite suite);

  // Goes on to the next secret of the three: the handshake's with what the sides share, the master secret
  // with zeros, which `input` stands for where it is empty.
  void advance(Bytes input);

  // Derive-Secret: "c hs traffic" and the like, of the messages up to here.
  [[nodiscard]] Tls13Secret derive(std::string_view label, const Tls13Transcript& messages) const;

  // What a Finished says (section 4.4.4), by the traffic secret of the one who sends it.
  [[nodiscard]] static Tls13Secret finished(Tls13Suite suite, const Tls13Secret& traffic,
                                            const Tls13Transcript& messages);

 private:
  Tls13Suite suite_;
  Tls13Secret secret_;
};

}  // namespace rozaneh::crypto
