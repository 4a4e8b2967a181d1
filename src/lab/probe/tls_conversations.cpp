#include "lab/probe/tls_conversations.h"

#include "lab/probe/tls_client.h"
#include "lab/recognise/http.h"
#include "lab/recognise/tls_packet.h"

namespace rozaneh::lab {
namespace {

// Says one thing within TLS, and looks at what comes back.
class WithinTls : public Conversation {
 public:
  WithinTls(const std::string& server_name, bool plain, Buffer says)
      : tls_(server_name, plain), says_(std::move(says)) {}

  Buffer begin() final { return tls_.take({}); }
  Buffer take(Bytes received) final {
    Buffer send = tls_.take(received);
    if (!tls_.is_established()) return send;
    if (!said_) append(send, tls_.write(says_));
    said_ = true;
    append(answer_, tls_.read());
    return send;
  }
  [[nodiscard]] bool is_done() const override { return tls_.has_failed() || !answer_.empty(); }

 protected:
  TlsClient tls_;
  Buffer answer_;

 private:
  Buffer says_;
  bool said_ = false;
};

Buffer buffer_of(std::string_view text) { return {text.begin(), text.end()}; }

class Tls final : public WithinTls {
 public:
  explicit Tls(const std::string& name)
      : WithinTls(name, false,
                  buffer_of("GET / HTTP/1.1\r\nHost: " + name + "\r\nConnection: close\r\n\r\n")) {}
  [[nodiscard]] bool is_confirmed() const override { return tls_.is_established(); }
};

class Tor final : public WithinTls {
 public:
  // A circuit of two zero bytes, command 7, six bytes: versions 3, 4 and 5.
  Tor() : WithinTls("", true, {0, 0, 7, 0, 6, 0, 3, 0, 4, 0, 5}) {}
  [[nodiscard]] bool is_done() const override { return tls_.has_failed() || answer_.size() >= 5; }
  [[nodiscard]] bool is_confirmed() const override {
    return answer_.size() >= 5 && answer_[0] == 0 && answer_[1] == 0 && answer_[2] == 7;
  }
};

class TlsInTls final : public WithinTls {
 public:
  explicit TlsInTls(const std::string& inner_name) : WithinTls("", true, TlsClient(inner_name).take({})) {}
  [[nodiscard]] bool is_done() const override {
    return tls_.has_failed() || (!answer_.empty() && looks_like_server_hello(answer_) != Looks::more);
  }
  [[nodiscard]] bool is_confirmed() const override { return looks_like_server_hello(answer_) == Looks::yes; }
};

}  // namespace

ConversationPtr tls_probe(const std::string& server_name) { return std::make_unique<Tls>(server_name); }
ConversationPtr tor_probe() { return std::make_unique<Tor>(); }
ConversationPtr tls_in_tls_probe(const std::string& inner_name) {
  return std::make_unique<TlsInTls>(inner_name);
}

}  // namespace rozaneh::lab
