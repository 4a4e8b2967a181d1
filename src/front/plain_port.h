// What stands on port 80: answers for a certificate authority (ACME's http-01), and the site's redirect to
// https for everybody else.
#pragma once

#include "front/certificates.h"
#include "io/server.h"
#include "site/site.h"

namespace rozaneh::front {

class PlainPort final : public io::Handler {
 public:
  // Both outlive the handler. `https_port` stands in redirects where it is not 443.
  PlainPort(const site::Site& site, const ChallengeAnswers& answers, std::uint16_t https_port)
      : site_(site), answers_(answers), https_port_(https_port) {}

  io::Task<> serve(io::Loop& loop, io::StreamPtr raw, Endpoint peer) override;

 private:
  [[nodiscard]] std::optional<std::string> answer_to(Bytes request) const;

  const site::Site& site_;
  const ChallengeAnswers& answers_;
  std::uint16_t https_port_;
};

}  // namespace rozaneh::front
