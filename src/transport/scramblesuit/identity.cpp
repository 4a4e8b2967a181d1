#include "transport/scramblesuit/identity.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/encoding.h"
#include "transport/scramblesuit/error.h"

namespace rozaneh::scramblesuit {
namespace {

using Json = nlohmann::json;

std::optional<std::string> text_field(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

// Exactly `size` bytes in hexadecimal.
Result<Buffer> hex_field(const Json& object, const char* name, std::size_t size) {
  const auto text = text_field(object, name);
  auto bytes = text ? decode_hex(*text) : std::nullopt;
  if (!bytes || bytes->size() != size)
    return fail(ScrambleSuitError::state, fmt::format("'{}' takes {} hexadecimal digits", name, 2 * size));
  return std::move(*bytes);
}

Result<TicketKey> key_field(const Json& object, const char* name) {
  auto bytes = hex_field(object, name, 48);
  if (!bytes) return std::unexpected(bytes.error());
  TicketKey key{.cipher = Secret<16>(Bytes(*bytes).first<16>()), .mac = Secret<32>(Bytes(*bytes).last<32>())};
  wipe(*bytes);
  return key;
}

Result<TicketKeys> read_keys(const Json& object) {
  const auto made = object.find("ticket-key-made");
  if (made == object.end() || !made->is_number_integer())
    return fail(ScrambleSuitError::state, "'ticket-key-made' takes a number of seconds");
  const auto current = key_field(object, "ticket-key");
  if (!current) return std::unexpected(current.error());
  TicketKeys keys{.current = *current,
                  .previous = std::nullopt,
                  .made = Time(std::chrono::seconds(made->get<std::int64_t>()))};
  if (!object.contains("previous-ticket-key")) return keys;
  const auto previous = key_field(object, "previous-ticket-key");
  if (!previous) return std::unexpected(previous.error());
  keys.previous = *previous;
  return keys;
}

std::string key_text(const TicketKey& key) {
  return encode_hex(key.cipher.bytes()) + encode_hex(key.mac.bytes());
}

}  // namespace

ServerIdentity ServerIdentity::generate(Random& random, Time now) {
  ServerIdentity identity;
  random.fill(identity.password.bytes());
  random.fill(identity.seed);
  identity.tickets = TicketKeys::generate(random, now);
  return identity;
}

Result<ServerIdentity> ServerIdentity::from_json(std::string_view json) {
  const Json object = Json::parse(json, nullptr, false);
  if (!object.is_object()) return fail(ScrambleSuitError::state, "it is not a JSON object");
  const auto password = parse_password(text_field(object, "password").value_or(""));
  if (!password) return std::unexpected(password.error());
  const auto seed = hex_field(object, "prng-seed", kSeedSize);
  if (!seed) return std::unexpected(seed.error());
  const auto tickets = read_keys(object);
  if (!tickets) return std::unexpected(tickets.error());
  ServerIdentity identity{.password = *password, .tickets = *tickets};
  copy(identity.seed, *seed);
  return identity;
}

std::string ServerIdentity::to_json() const {
  Json object = {{"password", serialize_password(password)},
                 {"prng-seed", encode_hex(seed)},
                 {"ticket-key", key_text(tickets.current)},
                 {"ticket-key-made", tickets.made.time_since_epoch().count()}};
  if (tickets.previous) object["previous-ticket-key"] = key_text(*tickets.previous);
  return object.dump();
}

}  // namespace rozaneh::scramblesuit
