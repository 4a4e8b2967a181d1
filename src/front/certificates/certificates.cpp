#include "front/certificates.h"

#include <algorithm>

namespace rozaneh::front {
namespace {

constexpr std::string_view kChallengePath = "/.well-known/acme-challenge/";

std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

}  // namespace

CertificateSet::~CertificateSet() {
  for (Certificate& each : all) wipe({reinterpret_cast<std::uint8_t*>(each.key.data()), each.key.size()});
}

Certificates::Snapshot Certificates::current() const {
  const std::scoped_lock lock(mutex_);
  return current_;
}

void Certificates::replace(std::vector<Certificate> fresh) {
  const std::scoped_lock calling(calling_);
  const auto snapshot = std::make_shared<const CertificateSet>(std::move(fresh));
  std::vector<std::function<void(const Snapshot&)>> listeners;
  {
    const std::scoped_lock lock(mutex_);
    current_ = snapshot;
    listeners = listeners_;
  }
  for (const auto& changed : listeners) changed(snapshot);
}

void Certificates::when_changed(std::function<void(const Snapshot&)> changed) {
  const std::scoped_lock lock(mutex_);
  listeners_.push_back(std::move(changed));
}

std::optional<std::string> ChallengeAnswers::http_answer(std::string_view path) const {
  if (!path.starts_with(kChallengePath)) return std::nullopt;
  const std::scoped_lock lock(mutex_);
  const auto found = http_.find(path.substr(kChallengePath.size()));
  if (found == http_.end()) return std::nullopt;
  return found->second;
}

std::optional<Certificate> ChallengeAnswers::alpn_certificate(std::string_view name) const {
  const std::scoped_lock lock(mutex_);
  const auto found = alpn_.find(lower(name));
  if (found == alpn_.end()) return std::nullopt;
  return found->second;
}

void ChallengeAnswers::set_http(std::string token, std::string key_authorization) {
  const std::scoped_lock lock(mutex_);
  http_.insert_or_assign(std::move(token), std::move(key_authorization));
}

void ChallengeAnswers::set_alpn(std::string_view name, Certificate certificate) {
  const std::scoped_lock lock(mutex_);
  alpn_.insert_or_assign(lower(name), std::move(certificate));
}

void ChallengeAnswers::remove_http(const std::string& token) {
  const std::scoped_lock lock(mutex_);
  http_.erase(token);
}

void ChallengeAnswers::remove_alpn(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  alpn_.erase(lower(name));
}

}  // namespace rozaneh::front
