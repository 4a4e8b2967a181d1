#include "front/acme/prover.h"

#include <fmt/format.h>
#include <openssl/rand.h>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "crypto/openssl.h"
#include "front/acme/dns_exchange.h"
#include "front/acme/program.h"
#include "front/certificates/make.h"

namespace rozaneh::front::acme {
namespace {

Time now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

std::string record_name(const Proof& proof) { return "_acme-challenge." + proof.name; }

std::uint16_t random_id() {
  std::array<std::uint8_t, 2> bytes{};
  crypto::must(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())));
  return static_cast<std::uint16_t>(bytes[0] << 8U | bytes[1]);
}

}  // namespace

Result<> ServerProver::present(const Proof& proof, const std::stop_token& /*stop*/) {
  if (proof.kind == ChallengeKind::http01) {
    answers_.set_http(proof.token, proof.key_authorization);
    return {};
  }
  if (proof.kind != ChallengeKind::tls_alpn01)
    return fail(AcmeError::challenge, "dns-01 needs a DNS server or a hook");
  answers_.set_alpn(proof.name,
                    alpn_certificate(proof.name, crypto::sha256(bytes_of(proof.key_authorization)), now()));
  return {};
}

Result<> ServerProver::withdraw(const Proof& proof) {
  if (proof.kind == ChallengeKind::http01) answers_.remove_http(proof.token);
  if (proof.kind == ChallengeKind::tls_alpn01) answers_.remove_alpn(proof.name);
  return {};
}

Result<> HookProver::present(const Proof& proof, const std::stop_token& stop) {
  return run("present", proof, stop);
}

Result<> HookProver::withdraw(const Proof& proof) { return run("remove", proof, {}); }

Result<> HookProver::run(const char* verb, const Proof& proof, const std::stop_token& stop) {
  return run_program({program_.string(), verb, record_name(proof), proof.dns_value()}, limit_, stop);
}

Result<> UpdateProver::present(const Proof& proof, const std::stop_token& stop) {
  return update(true, proof, stop);
}

Result<> UpdateProver::withdraw(const Proof& proof) { return update(false, proof, {}); }

Result<> UpdateProver::update(bool add, const Proof& proof, const std::stop_token& stop) {
  const DnsUpdate update{.add = add,
                         .zone = options_.zone,
                         .name = record_name(proof),
                         .value = proof.dns_value(),
                         .id = random_id()};
  const auto message = make_update(update, options_.key, now());
  if (!message) return std::unexpected(message.error());
  const auto answer = exchange_over_tcp(options_.server, message->message, options_.limit, stop);
  if (!answer) return std::unexpected(answer.error());
  return check_update_answer(*answer, update, options_.key, message->mac, now());
}

}  // namespace rozaneh::front::acme
