#include "front/acme/client.h"

#include <condition_variable>
#include <mutex>

#include "front/acme/schedule.h"
#include "front/certificates/make.h"

namespace rozaneh::front::acme {

Result<Certificate> Client::obtain(const Order::Options& options, const Key& account, KeyKind kind,
                                   const std::stop_token& stop) {
  leave_alone_.reset();
  const Key key = make_key(kind);
  auto order = Order::make(options, account, certificate_request(key, options.names));
  if (!order) return std::unexpected(order.error());
  std::vector<Proof> presented;
  auto chain = walk(*order, presented, stop);
  leave_alone_ = order->leave_alone();
  for (const Proof& proof : presented)
    if (const auto removed = parts_.prover.withdraw(proof); !removed)
      parts_.log.warn("the proof for {} stays behind: {}", proof.name, removed.error().message());
  if (!chain) return std::unexpected(chain.error());
  Certificate certificate{.chain = std::move(*chain), .key = pem_of(key)};
  const auto facts = examine(certificate);
  if (!facts) return fail(AcmeError::lying, facts.error().message());
  if (const auto good = check_use(*facts, options.names, parts_.now()); !good)
    return fail(AcmeError::lying, good.error().message());
  return certificate;
}

Result<std::string> Client::walk(Order& order, std::vector<Proof>& presented, const std::stop_token& stop) {
  auto step = order.begin();
  while (step && !std::holds_alternative<Done>(*step)) step = act(order, *step, presented, stop);
  if (!step) return std::unexpected(step.error());
  const Done& done = std::get<Done>(*step);
  if (!done.as_wanted)
    parts_.log.warn(
        "the authority has no chain that ends at the one that was asked for: its own choice is used");
  return done.chain;
}

Result<Step> Client::act(Order& order, const Step& step, std::vector<Proof>& presented,
                         const std::stop_token& stop) {
  if (stop.stop_requested()) return fail(AcmeError::stopped);
  if (const auto* ask = std::get_if<Ask>(&step)) {
    const auto answer = parts_.exchange.send(*ask, stop);
    if (!answer) return std::unexpected(answer.error());
    return order.answered(*answer);
  }
  if (const auto* pause = std::get_if<Pause>(&step)) {
    if (!parts_.sleep(pause->span, stop)) return fail(AcmeError::stopped);
    return order.paused();
  }
  const auto done = present(std::get<Present>(step).proofs, presented, stop);
  if (!done) return std::unexpected(done.error());
  return order.presented();
}

Result<> Client::present(const std::vector<Proof>& proofs, std::vector<Proof>& presented,
                         const std::stop_token& stop) {
  for (const Proof& proof : proofs) {
    presented.push_back(proof);  // half of it may be there after a failure
    if (auto done = parts_.prover.present(proof, stop); !done) return done;
  }
  const auto settling = parts_.prover.settling();
  if (settling.count() > 0 && !parts_.sleep(settling, stop)) return fail(AcmeError::stopped);
  return {};
}

Result<std::optional<RenewalWindow>> Client::ask_renewal(const std::string& directory_url,
                                                         const CertificateFacts& facts,
                                                         const std::stop_token& stop) {
  const std::string id = renewal_id(facts);
  if (id.empty()) return std::nullopt;
  const auto answer =
      parts_.exchange.send({.method = Ask::Method::get, .url = directory_url, .body = ""}, stop);
  if (!answer) return std::unexpected(answer.error());
  const auto directory = parse_directory(answer->body);
  if (!directory) return std::unexpected(directory.error().at("the directory"));
  if (directory->renewal_info.empty()) return std::nullopt;
  const Ask ask{.method = Ask::Method::get, .url = directory->renewal_info + "/" + id, .body = ""};
  const auto info = parts_.exchange.send(ask, stop);
  if (!info) return std::unexpected(info.error());
  if (info->status != 200) return fail(AcmeError::refused, parse_problem(info->body).text());
  const auto window = parse_renewal_info(info->body);
  if (!window) return std::unexpected(window.error());
  return *window;
}

bool sleep_unless_stopped(std::chrono::seconds span, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, span, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace rozaneh::front::acme
