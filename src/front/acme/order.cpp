#include "front/acme/order.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "front/acme/jws.h"
#include "front/certificates/chain.h"

namespace rozaneh::front::acme {
namespace {

using Json = nlohmann::json;
using std::chrono::seconds;

constexpr std::pair<std::string_view, ChallengeKind> kKinds[] = {{"http-01", ChallengeKind::http01},
                                                                 {"tls-alpn-01", ChallengeKind::tls_alpn01},
                                                                 {"dns-01", ChallengeKind::dns01}};

// Authorities refuse a nonce now and then (RFC 8555 section 6.5.1); one that always does is broken.
constexpr unsigned kMostBadNonces = 10;
// Of one order, with pauses that grow: some ten minutes.
constexpr unsigned kMostPolls = 60;
constexpr seconds kLongestPause{30};
constexpr std::size_t kMostAlternates = 10;

bool is_nonce(std::string_view text) {
  constexpr std::size_t kLongest = 1024;
  return !text.empty() && text.size() <= kLongest &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
             std::string_view::npos;
}

std::string text_of_problem(const Answer& answer, const Problem& problem) {
  const std::string text = problem.text();
  return text.empty() ? fmt::format("status {}", answer.status) : text;
}

}  // namespace

std::string_view name_of(ChallengeKind kind) {
  return std::ranges::find(kKinds, kind, &std::pair<std::string_view, ChallengeKind>::second)->first;
}

std::optional<ChallengeKind> parse_challenge_kind(std::string_view text) {
  for (const auto& [name, kind] : kKinds)
    if (text == name) return kind;
  return std::nullopt;
}

std::string Proof::dns_value() const { return encode_base64url(crypto::sha256(bytes_of(key_authorization))); }

Result<> check(const Order::Options& options) {
  if (options.names.empty() || options.names.size() > kMostNames)
    return fail(AcmeError::settings, fmt::format("one to {} names", kMostNames));
  for (const std::string& name : options.names) {
    if (!is_name(name)) return fail(AcmeError::settings, fmt::format("'{}' is no host name", name));
    if (name.starts_with("*.") && options.challenge != ChallengeKind::dns01)
      return fail(AcmeError::settings, fmt::format("{} needs the challenge dns-01", name));
  }
  if (!is_followed(options.directory))
    return fail(AcmeError::settings, fmt::format("the directory '{}' is no https URL", options.directory));
  return {};
}

Result<Order> Order::make(Options options, const Key& account, Buffer request) {
  if (const auto good = check(options); !good) return std::unexpected(good.error());
  return Order(std::move(options), account, std::move(request));
}

Order::Order(Options options, const Key& account, Buffer request)
    : options_(std::move(options)),
      account_(account),
      request_(std::move(request)),
      thumbprint_(thumbprint(public_jwk(account))) {}

Result<Step> Order::begin() {
  at_ = At::directory;
  return Ask{.method = Ask::Method::get, .url = options_.directory, .body = ""};
}

Step Order::post(At at, const std::string& url, std::string payload) {
  at_ = at;
  url_ = url;
  payload_ = std::move(payload);
  return sign();
}

Step Order::sign() {
  if (nonce_.empty()) {
    wants_nonce_ = true;
    return Ask{.method = Ask::Method::head, .url = directory_.new_nonce, .body = ""};
  }
  Json header = {{"nonce", std::exchange(nonce_, {})}, {"url", url_}};
  if (account_url_.empty())
    header["jwk"] = public_jwk(account_);
  else
    header["kid"] = account_url_;
  return Ask{.method = Ask::Method::post, .url = url_, .body = sign_request(account_, header, payload_)};
}

Step Order::poll(At at, const std::string& url, std::optional<seconds> wanted) {
  at_ = at;
  url_ = url;
  payload_ = "";
  const seconds own{1 + ++polls_ / 4};
  return Pause{std::clamp(wanted.value_or(own), seconds(1), kLongestPause)};
}

Result<Step> Order::paused() {
  if (polls_ > kMostPolls) return fail(AcmeError::slow, fmt::format("asked {} times", polls_));
  return sign();
}

Result<Step> Order::answered(const Answer& answer) {
  if (is_nonce(answer.nonce)) nonce_ = answer.nonce;
  if (answer.body.size() > kLargestAnswer) return fail(AcmeError::lying, "it is too large");
  if (std::exchange(wants_nonce_, false)) return take_nonce(answer);
  if (answer.status < 200 || answer.status > 299) return refused(answer);
  switch (at_) {
    case At::directory:
      return on_directory(answer);
    case At::account:
      return on_account(answer);
    case At::order:
      return on_new_order(answer);
    case At::authorization:
      return on_authorization(answer);
    case At::challenge:
      return next_challenge();
    case At::proven:
      return on_proven(answer);
    case At::finalize:
    case At::issued:
      return on_order(answer);
    case At::chain:
      return on_chain(answer);
  }
  return fail(AcmeError::lying);
}

Result<Step> Order::take_nonce(const Answer& answer) {
  if (answer.status < 200 || answer.status > 299) return refused(answer);
  if (nonce_.empty()) return fail(AcmeError::lying, "it gives no nonce");
  return sign();
}

Result<Step> Order::refused(const Answer& answer) {
  const Problem problem = parse_problem(answer.body);
  const std::string text = text_of_problem(answer, problem);
  if (problem.is("badNonce") && at_ != At::directory) {
    if (++bad_nonces_ > kMostBadNonces) return fail(AcmeError::lying, "it refuses its own nonces");
    return sign();
  }
  // An order that names what it replaces is refused where that was done already (RFC 9773 section 5).
  if (at_ == At::order && !options_.replaces.empty() && problem.is("alreadyReplaced")) {
    options_.replaces.clear();
    return on_account({.status = 200, .nonce = "", .location = account_url_, .retry_after = {}, .body = ""});
  }
  if (at_ == At::chain && !first_chain_.empty()) return next_chain();  // there is one that will do
  if (answer.status == 429 || problem.is("rateLimited")) {
    leave_alone_ = answer.retry_after;
    return fail(AcmeError::limited, text);
  }
  if (answer.status >= 500) {
    leave_alone_ = answer.retry_after;
    return fail(AcmeError::unreachable, text);
  }
  if (answer.status >= 300 && answer.status < 400) return fail(AcmeError::lying, "it sends us elsewhere");
  return fail(AcmeError::refused, text);
}

Result<Step> Order::on_directory(const Answer& answer) {
  auto directory = parse_directory(answer.body);
  if (!directory) return std::unexpected(directory.error().at("the directory"));
  directory_ = std::move(*directory);
  if (directory_.needs_external_account && !options_.external_account)
    return fail(AcmeError::settings,
                "it takes only accounts that it was told of otherwise (external account binding)");
  if (!options_.profile.empty() && !directory_.profiles.contains(options_.profile)) {
    std::vector<std::string> offered;
    offered.reserve(directory_.profiles.size());
    for (const auto& [name, what] : directory_.profiles) offered.push_back(name);
    return fail(AcmeError::settings,
                fmt::format("it offers no profile '{}', but: {}", options_.profile,
                            offered.empty() ? "none" : fmt::format("{}", fmt::join(offered, ", "))));
  }
  if (directory_.renewal_info.empty()) options_.replaces.clear();
  Json account = {{"termsOfServiceAgreed", true}};
  if (!options_.contact.empty()) account["contact"] = {"mailto:" + options_.contact};
  if (const auto& external = options_.external_account)
    account["externalAccountBinding"] =
        bind_account(account_, external->key_id, external->key, directory_.new_account);
  return post(At::account, directory_.new_account,
              account.dump(-1, ' ', true, Json::error_handler_t::replace));
}

Result<Step> Order::on_account(const Answer& answer) {
  if (!is_followed(answer.location)) return fail(AcmeError::lying, "an account without an address");
  account_url_ = answer.location;
  Json order;
  for (const std::string& name : options_.names)
    order["identifiers"].push_back({{"type", "dns"}, {"value", name}});
  if (!options_.profile.empty()) order["profile"] = options_.profile;
  if (!options_.replaces.empty()) order["replaces"] = options_.replaces;
  return post(At::order, directory_.new_order, order.dump(-1, ' ', true, Json::error_handler_t::replace));
}

// It must be what we asked for, in any order.
Result<> Order::check_names(const OrderDocument& order) {
  std::set<std::string> wanted(options_.names.begin(), options_.names.end());
  const std::set<std::string> got(order.names.begin(), order.names.end());
  if (wanted != got) return fail(AcmeError::lying, "an order for other names");
  if (order.status == Status::invalid || order.status == Status::gone)
    return fail(AcmeError::refused, order.error ? order.error->text() : "the order has become invalid");
  return {};
}

Result<Step> Order::on_new_order(const Answer& answer) {
  auto order = parse_order(answer.body);
  if (!order) return std::unexpected(order.error().at("the order"));
  if (auto good = check_names(*order); !good) return std::unexpected(good.error());
  if (!is_followed(answer.location)) return fail(AcmeError::lying, "an order without an address");
  order_url_ = answer.location;
  order_ = std::move(*order);
  index_ = 0;
  return next_authorization();
}

Result<Step> Order::next_authorization() {
  if (index_ < order_.authorizations.size())
    return post(At::authorization, order_.authorizations[index_], "");
  index_ = 0;
  if (!proofs_.empty()) return Present{proofs_};
  return next_proven();
}

Result<Step> Order::on_authorization(const Answer& answer) {
  const auto authorization = parse_authorization(answer.body);
  if (!authorization) return std::unexpected(authorization.error().at("an authorization"));
  const std::string asked = (authorization->wildcard ? "*." : "") + authorization->name;
  if (std::ranges::find(options_.names, asked) == options_.names.end() || !proven_names_.insert(asked).second)
    return fail(AcmeError::lying, "an authorization for another name");
  if (authorization->status != Status::valid)
    if (auto chosen = choose(order_.authorizations[index_], *authorization); !chosen)
      return std::unexpected(chosen.error());
  ++index_;
  return next_authorization();
}

Result<> Order::choose(const std::string& url, const Authorization& authorization) {
  if (authorization.status != Status::pending)
    return fail(AcmeError::refused, fmt::format("{} is not to be proven any more", authorization.name));
  std::vector<std::string> offered;
  for (const ChallengeDocument& challenge : authorization.challenges) {
    if (challenge.type != name_of(options_.challenge)) {
      offered.push_back(challenge.type);
      continue;
    }
    proofs_.push_back({.kind = options_.challenge,
                       .name = authorization.name,
                       .token = challenge.token,
                       .key_authorization = challenge.token + "." + thumbprint_});
    challenge_urls_.push_back(challenge.url);
    waiting_.push_back(url);
    return {};
  }
  return fail(AcmeError::settings, fmt::format("for {} it offers no {}, but: {}", authorization.name,
                                               name_of(options_.challenge), fmt::join(offered, ", ")));
}

Result<Step> Order::presented() {
  index_ = 0;
  return next_challenge();
}

// Says of each that it may look now. Its answer tells less than the authorization's.
Result<Step> Order::next_challenge() {
  if (index_ < challenge_urls_.size()) return post(At::challenge, challenge_urls_[index_++], "{}");
  index_ = 0;
  return next_proven();
}

Result<Step> Order::next_proven() {
  if (index_ < waiting_.size()) return poll(At::proven, waiting_[index_], std::nullopt);
  return ask_order();
}

Result<Step> Order::on_proven(const Answer& answer) {
  const auto authorization = parse_authorization(answer.body);
  if (!authorization) return std::unexpected(authorization.error().at("an authorization"));
  const Proof& proof = proofs_[index_];
  if (authorization->name != proof.name) return fail(AcmeError::lying, "an authorization for another name");
  if (authorization->status == Status::pending) return poll(At::proven, waiting_[index_], answer.retry_after);
  if (authorization->status != Status::valid) {
    std::string why = "the name is not proven";
    for (const ChallengeDocument& challenge : authorization->challenges)
      if (challenge.error) why = challenge.error->text();
    return fail(AcmeError::refused, fmt::format("{}: {}", proof.name, why));
  }
  ++index_;
  return next_proven();
}

Result<Step> Order::ask_order() {
  return post(At::finalize, order_.finalize, Json{{"csr", encode_base64url(request_)}}.dump());
}

Result<Step> Order::on_order(const Answer& answer) {
  auto order = parse_order(answer.body);
  if (!order) return std::unexpected(order.error().at("the order"));
  if (auto good = check_names(*order); !good) return std::unexpected(good.error());
  if (order->status != Status::valid) return poll(At::issued, order_url_, answer.retry_after);
  if (order->certificate.empty()) return fail(AcmeError::lying, "a finished order without a certificate");
  return post(At::chain, order->certificate, "");
}

Result<Step> Order::on_chain(const Answer& answer) {
  if (options_.chain.empty()) return Done{answer.body};
  if (const auto root = last_issuer(answer.body); root && *root == options_.chain) return Done{answer.body};
  if (first_chain_.empty()) {
    first_chain_ = answer.body;
    for (const std::string& url : answer.alternates)
      if (is_followed(url) && alternates_.size() < kMostAlternates) alternates_.push_back(url);
    index_ = 0;
  }
  return next_chain();
}

Result<Step> Order::next_chain() {
  if (index_ < alternates_.size()) return post(At::chain, alternates_[index_++], "");
  return Done{first_chain_, false};
}

}  // namespace rozaneh::front::acme
