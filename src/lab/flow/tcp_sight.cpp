#include "lab/flow/tcp_sight.h"

#include "lab/recognise/dns.h"
#include "lab/recognise/http.h"
#include "lab/recognise/ja.h"
#include "lab/recognise/openvpn.h"
#include "lab/recognise/pptp.h"
#include "lab/recognise/shadowsocks_first.h"
#include "lab/recognise/ssh.h"

namespace rozaneh::lab {
namespace {

constexpr std::size_t kWhitelistHead = 16;  // as much as admit() looks at, and more

std::string tls_version(std::optional<std::uint16_t> version) {
  if (!version) return "";
  switch (*version) {
    case 0x0300:
      return "SSL 3.0";
    case 0x0301:
      return "TLS 1.0";
    case 0x0302:
      return "TLS 1.1";
    case 0x0303:
      return "TLS 1.2";
    case 0x0304:
      return "TLS 1.3";
    default:
      return "TLS";
  }
}

}  // namespace

void TcpSight::add(Direction direction, const TcpHeader& header, Bytes payload) {
  StreamPrefix& stream = this->stream(direction);
  const std::uint64_t before = stream.furthest();
  const bool grew = stream.add(header, payload);
  if (stream.furthest() > before && !payload.empty()) {  // not a repeat
    if (direction == Direction::up) judge_first_packets(payload);
    (void)plain_.add(direction, payload);
    (void)in_tls_.add(direction, payload);
  }
  if (grew) grow(direction);
}

void TcpSight::judge_first_packets(Bytes payload) {
  if (client_packets_ >= 2) return;
  if (++client_packets_ == 2) {
    admitted_ = admit(first_, payload);
    return;
  }
  first_.assign(payload.begin(),
                payload.begin() + static_cast<std::ptrdiff_t>(std::min(payload.size(), kWhitelistHead)));
  using enum FullyEncryptedRule;
  if (const auto exemption = exemption_of(payload, paper))
    exemption_ = name_of(*exemption);
  else
    first_hits_.push_back(Rule::fully_encrypted);
  if (!exemption_of(payload, ndpi)) first_hits_.push_back(Rule::fully_encrypted_ndpi);
  if (!exemption_of(payload, opengfw)) first_hits_.push_back(Rule::fully_encrypted_opengfw);
  if (probe_attraction(payload).favoured) first_hits_.push_back(Rule::shadowsocks_length);
}

void TcpSight::grow(Direction direction) {
  const Bytes all = stream(direction).bytes();
  std::size_t& told = direction == Direction::up ? told_up_ : told_down_;
  const Bytes news = all.subspan(told);
  told = all.size();
  (void)trojan_.add(direction, news);
  for (const TlsEvent& event : tls_.feed(direction, news)) take(event);
}

void TcpSight::take(const TlsEvent& event) {
  key_exchange_ = key_exchange_ || event.kind == TlsEvent::Kind::client_key_exchange;
  const auto* hello = std::get_if<tls::ClientHello>(&event.detail);
  if (hello == nullptr || !ja4_.empty()) return;
  if (hello->server_name) server_name_ = tls::normal_server_name(*hello->server_name);
  ja3_ = ja3(*hello);
  ja4_ = ja4(*hello, HelloCarrier::tcp);
}

bool TcpSight::recognise_openvpn() const {
  return looks_like_openvpn_over_tcp(up_.bytes(), down_.bytes()) == Looks::yes;
}

Protocol TcpSight::recognise() const {
  if (tls_.looks() == Looks::yes) return Protocol::tls;
  if (looks_like_http(up_.bytes()) == Looks::yes) return Protocol::http;
  if (looks_like_ssh(up_.bytes()) == Looks::yes || looks_like_ssh(down_.bytes()) == Looks::yes)
    return Protocol::ssh;
  if (looks_like_dns_over_tcp(up_.bytes()) == Looks::yes) return Protocol::dns;
  if (looks_like_pptp(up_.bytes()) == Looks::yes) return Protocol::pptp;
  if (recognise_openvpn()) return Protocol::openvpn;
  return up_.furthest() + down_.furthest() == 0 ? Protocol::no_data : Protocol::unknown;
}

void TcpSight::tell_names(FlowReport& report) const {
  if (report.protocol == Protocol::tls) {
    report.name = server_name_;
    report.version = tls_version(tls_.version());
    report.ja3 = ja3_;
    report.ja4 = ja4_;
  } else if (report.protocol == Protocol::http) {
    const auto request = parse_http_request(up_.bytes());
    if (!request) return;
    report.name = request->name().value_or("");
    report.version = request->version;
  } else if (report.protocol == Protocol::ssh) {
    const auto server = ssh_identification(down_.bytes());
    report.name = server ? *server : ssh_identification(up_.bytes()).value_or("");
  } else if (report.protocol == Protocol::dns) {
    const auto query = parse_dns_over_tcp(up_.bytes());
    if (query && !query->questions.empty()) report.name = query->questions[0].name;
  }
}

void TcpSight::tell_hits(FlowReport& report) const {
  const bool unknown = report.protocol == Protocol::unknown;
  const bool is_tls = report.protocol == Protocol::tls;
  for (const Rule rule : first_hits_)
    if (rule != Rule::fully_encrypted_ndpi || unknown) report.hits.push_back(rule);
  if (admitted_ == Admitted::none && is_whitelisted_port(report.key.server.port))
    report.hits.push_back(Rule::not_on_whitelist);
  if ((unknown && plain_.looks() == Looks::yes) || (is_tls && in_tls_.looks() == Looks::yes))
    report.hits.push_back(Rule::inner_handshake);
  if (is_tls && trojan_.looks() == Looks::yes) report.hits.push_back(Rule::trojan);
  if (is_tls && key_exchange_) report.hits.push_back(Rule::client_key_exchange);
}

void TcpSight::tell(FlowReport& report) const {
  report.protocol = recognise();
  report.exemption = exemption_;
  tell_names(report);
  tell_hits(report);
}

}  // namespace rozaneh::lab
