#include "lab/probe/conversations.h"

#include <fmt/format.h>

#include "lab/recognise/http.h"
#include "transport/obfs2/handshake.h"
#include "transport/obfs3/codec.h"
#include "transport/obfs3/handshake.h"

namespace rozaneh::lab {
namespace {

// Drives a handshake as far as it goes with what has come.
class Handshaking : public Conversation {
 public:
  Buffer begin() final { return advance(); }
  Buffer take(Bytes received) final {
    append(received_, received);
    return established_ ? go_on() : advance();
  }
  [[nodiscard]] bool is_done() const override { return failed_ || is_confirmed(); }

 protected:
  virtual Handshake& handshake() = 0;
  // Once it is established: what is sent then, and what is made of the rest that came.
  virtual Buffer established() = 0;
  virtual Buffer go_on() = 0;

  Buffer received_;  // and not used up
  bool failed_ = false;
  bool established_ = false;

 private:
  Buffer advance() {
    Buffer send;
    while (!failed_ && !established_) {
      auto step = handshake().step(received_);
      failed_ = !step || step->failure;
      if (failed_) break;
      append(send, step->send);
      received_.erase(received_.begin(), received_.begin() + static_cast<std::ptrdiff_t>(step->consumed));
      established_ = step->done;
      if (established_) append(send, established());
      if (step->needs_more() || received_.empty()) break;
    }
    return send;
  }
};

class Obfs2 final : public Handshaking {
 public:
  explicit Obfs2(Random& random) : handshake_(transport::Side::initiator, random) {}
  [[nodiscard]] bool is_confirmed() const override { return established_; }

 private:
  Handshake& handshake() override { return handshake_; }
  Buffer established() override { return {}; }
  Buffer go_on() override { return {}; }

  obfs2::SeedHandshake handshake_;
};

class Obfs3 final : public Handshaking {
 public:
  explicit Obfs3(Random& random) : random_(random), handshake_(transport::Side::initiator, random) {}
  [[nodiscard]] bool is_confirmed() const override { return confirmed_; }

 private:
  Handshake& handshake() override { return handshake_; }
  Buffer established() override {
    codec_.emplace(handshake_.send_key(), handshake_.receive_key(), random_);
    Buffer wire(std::size_t{16} * 1024);
    const auto encoded = codec_->encode(bytes_of("GET / HTTP/1.0\r\n\r\n"), wire);
    wire.resize(encoded.produced);
    append(wire, go_on());
    return wire;
  }
  Buffer go_on() override {
    const auto decoded = codec_->decode(received_);
    failed_ = !decoded || decoded->failed;
    if (failed_) return {};
    confirmed_ = confirmed_ || decoded->plain > 0;
    received_.erase(received_.begin(), received_.begin() + static_cast<std::ptrdiff_t>(decoded->consumed));
    return {};
  }

  Random& random_;
  obfs3::DhHandshake handshake_;
  std::optional<obfs3::PaddedCodec> codec_;
  bool confirmed_ = false;
};

class Http final : public Conversation {
 public:
  explicit Http(std::string_view host) : host_(host) {}
  Buffer begin() override {
    const std::string text = fmt::format(
        "GET / HTTP/1.1\r\nHost: {}\r\nUser-Agent: Mozilla/5.0\r\nConnection: close\r\n\r\n", host_);
    return {text.begin(), text.end()};
  }
  Buffer take(Bytes received) override {
    append(answer_, received.first(std::min(received.size(), std::size_t{4096} - answer_.size())));
    return {};
  }
  [[nodiscard]] bool is_done() const override { return looks_like_http_response(answer_) != Looks::more; }
  [[nodiscard]] bool is_confirmed() const override { return looks_like_http_response(answer_) == Looks::yes; }

 private:
  std::string host_;
  Buffer answer_;
};

}  // namespace

ConversationPtr obfs2_probe(Random& random) { return std::make_unique<Obfs2>(random); }
ConversationPtr obfs3_probe(Random& random) { return std::make_unique<Obfs3>(random); }
ConversationPtr http_probe(std::string_view host) { return std::make_unique<Http>(host); }

}  // namespace rozaneh::lab
