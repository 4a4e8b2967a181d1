// Takes WebTunnel's requests out of a web site's: the part that whoever serves the site asks.
//
// A request is ours that is a GET for the secret path with `Connection: upgrade` and `Upgrade: websocket`, or
// in HTTP/2 a CONNECT for it with `:protocol` websocket; all others are the site's, so that who does not know
// the path sees the site and nothing else. The path is compared in a time that tells nothing about it.
#pragma once

#include <optional>
#include <string>

#include "site/site.h"

namespace rozaneh::webtunnel {

// What becomes of a tunnel. Used from all loops at once.
class Guests {
 public:
  virtual ~Guests() = default;

  // `stream` is the connection that was handed to the site, or of HTTP/2 one stream of it, and `early` what
  // came behind the request; the answer has been sent. `from` is the first entry of X-Forwarded-For, where
  // there is one: the client's address as a web server in front knows it.
  virtual io::Task<> welcome(io::Loop& loop, io::StreamPtr stream, Buffer early,
                             std::optional<IpAddress> from) = 0;
};

class Gate final : public site::Upgrade {
 public:
  // The guests outlive the gate.
  Gate(std::string path, Guests& guests) : path_(std::move(path)), guests_(guests) {}

  [[nodiscard]] bool wants(const site::Request& request) const override;
  [[nodiscard]] bool may_extend(const site::Request& so_far) const override;
  io::Task<> take(io::Loop& loop, site::Request request, io::StreamPtr stream, Buffer early) override;

 private:
  [[nodiscard]] bool is_for_us(const site::Request& request) const;

  std::string path_;
  Guests& guests_;
};

}  // namespace rozaneh::webtunnel
