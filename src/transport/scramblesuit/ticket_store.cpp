#include "transport/scramblesuit/ticket_store.h"

#include <nlohmann/json.hpp>

#include "base/encoding.h"

namespace rozaneh::scramblesuit {
namespace {

using Json = nlohmann::json;

constexpr const char* kRecord = "scramblesuit_tickets.json";
constexpr const char* kContent = "key-ticket";
constexpr const char* kIssued = "issuedAt";

bool alive(const Json& entry, Time now) {
  if (!entry.is_object()) return false;
  const auto issued = entry.find(kIssued);
  if (issued == entry.end() || !issued->is_number_integer()) return false;
  const auto age = now.time_since_epoch().count() - issued->get<std::int64_t>();
  return age >= 0 && age < std::chrono::seconds(kTicketLife).count();
}

std::optional<Grant> read_entry(const Json& entry) {
  const auto content = entry.find(kContent);
  if (content == entry.end() || !content->is_string()) return std::nullopt;
  auto bytes = decode_base32(content->get_ref<const std::string&>());
  if (!bytes || bytes->size() != MasterKey::kSize + kTicketSize) return std::nullopt;
  Grant grant;
  grant.key = MasterKey(Bytes(*bytes).first<MasterKey::kSize>());
  copy(grant.ticket, Bytes(*bytes).last<kTicketSize>());
  wipe(*bytes);
  return grant;
}

Json write_entry(const Grant& grant, Time now) {
  Buffer both = concat(grant.key.bytes(), grant.ticket);
  // 231 characters; obfs4proxy wants the `=` that makes them 232.
  Json entry = {{kContent, encode_base32(both) + '='}, {kIssued, now.time_since_epoch().count()}};
  wipe(both);
  return entry;
}

// The living tickets. A record that is missing or damaged holds none: they are only a short cut.
Json load(io::State& state, Time now) {
  Json living = Json::object();
  const auto record = state.read(kRecord);
  if (!record || !*record) return living;
  const Json all = Json::parse(text_of(**record), nullptr, false);
  if (!all.is_object()) return living;
  for (const auto& [server, entry] : all.items()) {
    if (alive(entry, now)) living[server] = entry;
  }
  return living;
}

Result<> save(io::State& state, const Json& tickets) {
  return state.write(kRecord, bytes_of(tickets.dump()));
}

}  // namespace

std::optional<Grant> TicketStore::take(const std::string& server, Time now) {
  const std::scoped_lock lock(*guard_);
  Json tickets = load(state_, now);
  const auto found = tickets.find(server);
  if (found == tickets.end()) return std::nullopt;
  auto grant = read_entry(*found);
  tickets.erase(found);
  if (const auto saved = save(state_, tickets); !saved) {
    log_.warn("scramblesuit: a ticket stays unused: {}", saved.error().message());
    return std::nullopt;
  }
  return grant;
}

void TicketStore::put(const std::string& server, const Grant& grant, Time now) {
  const std::scoped_lock lock(*guard_);
  Json tickets = load(state_, now);
  tickets[server] = write_entry(grant, now);
  if (const auto saved = save(state_, tickets); !saved)
    log_.warn("scramblesuit: the server's ticket cannot be kept: {}", saved.error().message());
}

}  // namespace rozaneh::scramblesuit
