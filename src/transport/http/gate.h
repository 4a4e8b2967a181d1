// Takes the carrier's requests out of a web site's, and answers them.
//
// A request is ours whose path is the secret one and whose query is a token that fits the method, of a stream
// that there is or that it opens; all others are the site's.
#pragma once

#include <atomic>
#include <string>

#include "site/site.h"
#include "transport/http/streams.h"

namespace rozaneh::http {

// How long a GET is held at most, whatever it asks for: less than proxies wait as a rule.
inline constexpr std::chrono::seconds kLongestPoll{55};

struct GateShape {
  std::string path;
  std::string type;  // Content-Type of answers
};

class Gate final : public site::Upgrade {
 public:
  // All of it outlives the gate. Streams that begin are given to `inside`; `peer` is whose connection it is,
  // where that is known.
  Gate(const GateShape& shape, Streams& streams, io::Handler& inside, Endpoint peer)
      : shape_(shape), streams_(streams), inside_(inside), peer_(peer) {}

  [[nodiscard]] bool wants(const site::Request& request) const override;
  [[nodiscard]] bool answers() const override { return true; }
  io::Task<site::Answer> answer(io::Loop& loop, site::Request request, Buffer body) override;
  io::Task<> take(io::Loop& loop, site::Request request, io::StreamPtr stream, Buffer early) override;

  // Whether any request was ours.
  [[nodiscard]] bool met() const { return met_; }

 private:
  [[nodiscard]] std::optional<Token> token_of(const site::Request& request) const;
  std::shared_ptr<Shared> stream_for(io::Loop& loop, const Token& token, const site::Request& request);

  const GateShape& shape_;
  Streams& streams_;
  io::Handler& inside_;
  Endpoint peer_;
  std::atomic<bool> met_ = false;
};

}  // namespace rozaneh::http
