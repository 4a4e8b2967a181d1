#include "lab/probe/plan.h"

#include "lab/probe/conversations.h"
#include "lab/probe/shadowsocks.h"
#include "lab/probe/tls_conversations.h"

namespace rozaneh::lab {
namespace {

std::vector<Probe> one(std::string name, std::string sends, ConversationPtr conversation) {
  std::vector<Probe> probes;
  probes.push_back({std::move(name), std::move(sends), 1, std::move(conversation)});
  return probes;
}

}  // namespace

std::vector<Probe> plan(ProbeKind kind, const std::string& host, Bytes first_packet, Random& random) {
  switch (kind) {
    case ProbeKind::shadowsocks:
      return shadowsocks_probes(first_packet, random);
    case ProbeKind::obfs2:
      return one("obfs2", "the opening of obfs2", obfs2_probe(random));
    case ProbeKind::obfs3:
      return one("obfs3", "the opening of obfs3 and a request", obfs3_probe(random));
    case ProbeKind::tor:
      return one("tor", "TLS and a VERSIONS cell", tor_probe());
    case ProbeKind::signal: {
      auto probes =
          one("signal-name", "within TLS a ClientHello for Signal", tls_in_tls_probe("chat.signal.org"));
      probes.push_back(
          {"other-name", "within TLS a ClientHello for example.org", 1, tls_in_tls_probe("example.org")});
      return probes;
    }
    case ProbeKind::tls:
      return one("tls", "TLS and a request for a page", tls_probe("example.org"));
    case ProbeKind::http:
      return one("http", "a request for a page", http_probe(host));
  }
  return {};
}

}  // namespace rozaneh::lab
