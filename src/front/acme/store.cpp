#include "front/acme/store.h"

#include <algorithm>

#include "base/encoding.h"
#include "crypto/hash.h"

namespace rozaneh::front::acme {
namespace {

constexpr const char* kOrders = "acme_orders";
constexpr std::string_view kChainBegins = "-----BEGIN CERTIFICATE-----";

std::string record_of(std::string_view name, KeyKind kind) {
  if (name.starts_with("*.")) name.remove_prefix(2);
  return std::string("acme_").append(name).append("_").append(name_of(kind)).append(".pem");
}

}  // namespace

std::vector<Store::Name> stored_in(const std::filesystem::path& directory) {
  constexpr std::string_view kPrefix = "acme_";
  std::vector<Store::Name> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error))
    for (const KeyKind kind : {KeyKind::ec, KeyKind::rsa}) {
      const std::string file = entry.path().filename().string();
      const std::string suffix = std::string("_").append(name_of(kind)).append(".pem");
      if (!file.starts_with(kPrefix) || !file.ends_with(suffix)) continue;
      found.push_back({.name = file.substr(kPrefix.size(), file.size() - kPrefix.size() - suffix.size()),
                       .kind = kind,
                       .file = entry.path()});
    }
  std::ranges::sort(found, {}, &Store::Name::file);
  return found;
}

Result<Key> Store::account(const std::string& directory) {
  constexpr std::size_t kShown = 16;
  const std::string hash = encode_hex(crypto::sha256(bytes_of(directory))).substr(0, kShown);
  const std::string record = "acme_account_" + hash + ".pem";
  auto kept = state_.read(record);
  if (!kept) return std::unexpected(kept.error());
  if (*kept) {
    auto key = read_key(text_of(**kept));
    wipe(**kept);
    if (!key) return std::unexpected(key.error().at(record));
    return key;
  }
  Key key = make_key(KeyKind::ec);
  std::string pem = pem_of(key);
  const auto written = state_.write(record, bytes_of(pem));
  wipe({reinterpret_cast<std::uint8_t*>(pem.data()), pem.size()});
  if (!written) return std::unexpected(written.error());
  return key;
}

std::optional<Certificate> Store::certificate(const std::string& name, KeyKind kind) {
  auto kept = state_.read(record_of(name, kind));
  if (!kept || !*kept) return std::nullopt;
  const std::string_view text = text_of(**kept);
  const auto at = std::min(text.find(kChainBegins), text.size());
  Certificate certificate{.chain = std::string(text.substr(at)), .key = std::string(text.substr(0, at))};
  wipe(**kept);
  const auto facts = examine(certificate);
  if (!facts || facts->kind != kind) return std::nullopt;
  return certificate;
}

Result<> Store::keep(const std::string& name, KeyKind kind, const Certificate& certificate) {
  Buffer both = concat(bytes_of(certificate.key), bytes_of(certificate.chain));
  auto written = state_.write(record_of(name, kind), both);
  wipe(both);
  return written;
}

OrderBudget Store::budget(Time now) {
  const auto kept = state_.read(kOrders);
  return OrderBudget::parse(kept && *kept ? text_of(**kept) : "", now);
}

Result<> Store::keep(const OrderBudget& budget) { return state_.write(kOrders, bytes_of(budget.text())); }

}  // namespace rozaneh::front::acme
