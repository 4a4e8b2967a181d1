#include "proxy/way_database.h"

namespace rozaneh::proxy {
namespace {

using io::Database;
using io::DatabaseError;

Buffer buffer_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

// The column as bytes of that length; nothing where somebody else has written there.
template <std::size_t N>
std::optional<std::array<std::uint8_t, N>> fixed(const Database::Value& value) {
  const auto* bytes = std::get_if<Buffer>(&value);
  if (bytes == nullptr || bytes->size() != N) return std::nullopt;
  std::array<std::uint8_t, N> out{};
  copy(out, *bytes);
  return out;
}

Seconds whole(const Database::Value& value) {
  const auto* number = std::get_if<std::int64_t>(&value);
  return number == nullptr ? 0 : std::max<Seconds>(*number, 0);
}

double real(const Database::Value& value) {
  const auto* number = std::get_if<double>(&value);
  return number != nullptr && *number > 0 ? *number : 0;
}

std::optional<WayStore::Entry> entry_of(const Database::Row& row) {
  const auto network = fixed<16>(row[0]);
  const auto way = fixed<16>(row[1]);
  if (!network || !way) return std::nullopt;
  const Experience experience{
      .last_success = whole(row[2]),
      .last_failure = whole(row[3]),
      .goodput = real(row[4]),
      .first_byte = std::chrono::milliseconds(std::min(whole(row[5]), Seconds{600'000}))};
  return WayStore::Entry{.network = *network, .way = *way, .experience = experience};
}

class DatabaseWayStore final : public WayStore {
 public:
  DatabaseWayStore(Database database, const Secret<32>& key, std::vector<Entry> entries, Log& log)
      : database_(std::move(database)), key_(key), entries_(std::move(entries)), log_(log) {}

  [[nodiscard]] const Secret<32>& key() const override { return key_; }
  std::vector<Entry> load() override { return std::exchange(entries_, {}); }

  void save(const Entry& entry) override {
    const Experience& experience = entry.experience;
    run("INSERT OR REPLACE INTO way VALUES (?, ?, ?, ?, ?, ?)",
        {buffer_of(entry.network), buffer_of(entry.way), experience.last_success, experience.last_failure,
         experience.goodput, std::int64_t{experience.first_byte.count()}});
  }

  void remove(const KeyedHash& network, const KeyedHash& way) override {
    run("DELETE FROM way WHERE network = ? AND way = ?", {buffer_of(network), buffer_of(way)});
  }

 private:
  void run(const char* statement, const std::vector<Database::Value>& parameters) {
    if (failed_) return;
    const auto done = database_.run(statement, parameters);
    if (done) return;
    failed_ = true;
    log_.warn("what is learned of ways is not kept from now on: {}", done.error().message());
  }

  Database database_;
  Secret<32> key_;
  std::vector<Entry> entries_;
  Log& log_;
  bool failed_ = false;
};

Result<> make_tables(Database& database) {
  for (const char* statement :
       {"PRAGMA synchronous = NORMAL", "PRAGMA journal_mode = TRUNCATE",
        "CREATE TABLE IF NOT EXISTS secret (key BLOB NOT NULL)",
        "CREATE TABLE IF NOT EXISTS way (network BLOB, way BLOB, last_success INTEGER, last_failure INTEGER,"
        " goodput REAL, first_byte_ms INTEGER, PRIMARY KEY (network, way)) WITHOUT ROWID"}) {
    const auto done = database.run(statement);
    if (!done) return std::unexpected(done.error());
  }
  return {};
}

Result<Secret<32>> key_of(Database& database, const Secret<32>& fresh) {
  const auto kept = database.run("SELECT key FROM secret LIMIT 1");
  if (!kept) return std::unexpected(kept.error());
  if (!kept->empty()) {
    const auto key = fixed<32>(kept->front()[0]);
    if (!key) return fail(DatabaseError::damaged);
    return Secret<32>(*key);
  }
  const auto stored = database.run("INSERT INTO secret VALUES (?)", {buffer_of(fresh.bytes())});
  if (!stored) return std::unexpected(stored.error());
  return fresh;
}

Result<std::unique_ptr<WayStore>> open(const std::filesystem::path& file, const Secret<32>& fresh, Log& log) {
  auto database = Database::open(file);
  if (!database) return std::unexpected(database.error());
  const auto made = make_tables(*database);
  if (!made) return std::unexpected(made.error());
  const auto key = key_of(*database, fresh);
  if (!key) return std::unexpected(key.error());
  const auto rows = database->run("SELECT * FROM way LIMIT 4000");
  if (!rows) return std::unexpected(rows.error());
  std::vector<WayStore::Entry> entries;
  for (const Database::Row& row : *rows)
    if (const auto entry = entry_of(row)) entries.push_back(*entry);
  return std::make_unique<DatabaseWayStore>(std::move(*database), *key, std::move(entries), log);
}

Result<std::unique_ptr<WayStore>> begin_anew(const std::filesystem::path& file, const Secret<32>& key,
                                             Log& log) {
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
  std::filesystem::remove(file.string() + "-journal", ignored);
  return open(file, key, log);
}

}  // namespace

std::unique_ptr<WayStore> open_way_store(const std::filesystem::path& file, Random& random, Log& log) {
  Secret<32> key;
  random.fill(key.bytes());
  auto store = open(file, key, log);
  const bool damaged = !store && store.error().is(DatabaseError::damaged);
  if (damaged) store = begin_anew(file, key, log);
  if (!store) {
    log.warn("what is learned of ways is not kept: {}: {}", file.string(), store.error().message());
    return std::make_unique<NoWayStore>(key);
  }
  if (damaged) log.warn("{} was damaged: what was learned of ways is lost", file.string());
  return std::move(*store);
}

}  // namespace rozaneh::proxy
