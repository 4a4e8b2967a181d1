// What is kept of accounts and certificates between two runs, in a State: readable by nobody else there, each
// record replaced as a whole.
#pragma once

#include "front/acme/schedule.h"
#include "front/certificates/chain.h"
#include "io/state.h"

namespace rozaneh::front::acme {

class Store {
 public:
  // A record of a certificate among a directory's files.
  struct Name {
    std::string name;
    KeyKind kind = KeyKind::ec;
    std::filesystem::path file;
  };

  // `state` outlives it.
  explicit Store(io::State& state) : state_(state) {}

  // The account's key with an authority, made and kept if there is none: acme_account_HASH.pem, the hash
  // being of the directory's URL.
  Result<Key> account(const std::string& directory);

  // acme_NAME_ec.pem, acme_NAME_rsa.pem: key and chain in one record, so that they always fit. NAME is the
  // first of the names, without "*.". Nothing if there is none, or none that could be used.
  std::optional<Certificate> certificate(const std::string& name, KeyKind kind);
  Result<> keep(const std::string& name, KeyKind kind, const Certificate& certificate);

  // acme_orders: when orders were begun. Spent before an order, so that a disk that is full or read-only is
  // noticed before anything is asked of an authority.
  OrderBudget budget(Time now);
  Result<> keep(const OrderBudget& budget);

 private:
  io::State& state_;
};

// The certificates that were kept in a DirectoryState, by name.
std::vector<Store::Name> stored_in(const std::filesystem::path& directory);

}  // namespace rozaneh::front::acme
