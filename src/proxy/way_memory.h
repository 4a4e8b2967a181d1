// What the client has learned: which way worked on which network, when and how well.
//
// It knows ways and networks by keyed hashes alone: neither links, places, nor addresses stand in it, and
// without its key, which is beside it, nothing can be compared with another machine's.
#pragma once

#include <array>
#include <map>
#include <mutex>

#include "base/bytes.h"
#include "base/log.h"
#include "base/secret.h"
#include "proxy/ranking.h"

namespace rozaneh::proxy {

using KeyedHash = std::array<std::uint8_t, 16>;

// Where experience outlives the process. Used under the memory's lock.
class WayStore {
 public:
  struct Entry {
    KeyedHash network;
    KeyedHash way;
    Experience experience;
  };

  virtual ~WayStore() = default;
  [[nodiscard]] virtual const Secret<32>& key() const = 0;
  virtual std::vector<Entry> load() = 0;
  // Failures are the store's own business: it says so once, and goes on without.
  virtual void save(const Entry& entry) = 0;
  virtual void remove(const KeyedHash& network, const KeyedHash& way) = 0;
};

class WayMemory final : public Memory {
 public:
  using Now = std::function<Seconds()>;  // since 1970

  static constexpr std::size_t kMost = 2000;        // entries; the oldest go first
  static constexpr Seconds kLife = 90 * 24 * 3600;  // after which an entry is forgotten

  // The store outlives it.
  WayMemory(WayStore& store, Now now);

  // Takes what identifies the network, in any form; empty: not known.
  void on_network(std::string_view identity);

  Standing standing(const Candidate& candidate) override;
  void succeeded(const Candidate& candidate, io::Clock::duration took) override;
  void failed(const Candidate& candidate) override;
  void carried(const Candidate& candidate, double goodput);

  // On this network.
  [[nodiscard]] Experience experience(const Candidate& candidate);

 private:
  using Name = std::pair<KeyedHash, KeyedHash>;  // network, way

  [[nodiscard]] KeyedHash hash(std::string_view kind, std::string_view what) const;
  [[nodiscard]] KeyedHash way_of(const Candidate& candidate) const;
  [[nodiscard]] Experience elsewhere(const KeyedHash& way) const;
  Experience& here(const Candidate& candidate);
  void keep(const Candidate& candidate);
  void forget_oldest();

  std::mutex mutex_;
  WayStore& store_;
  Now now_;
  KeyedHash network_{};
  std::map<Name, Experience> entries_;
};

// For those who must leave no trace: gone with the process.
class NoWayStore final : public WayStore {
 public:
  explicit NoWayStore(const Secret<32>& key) : key_(key) {}
  [[nodiscard]] const Secret<32>& key() const override { return key_; }
  std::vector<Entry> load() override { return {}; }
  void save(const Entry& /*entry*/) override {}
  void remove(const KeyedHash& /*network*/, const KeyedHash& /*way*/) override {}

 private:
  Secret<32> key_;
};

}  // namespace rozaneh::proxy
