#include "transport/obfs4/identity.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/encoding.h"
#include "transport/obfs4/error.h"
#include "transport/setup_error.h"

namespace rozaneh::obfs4 {
namespace {

using Json = nlohmann::json;

// Exactly N bytes in hexadecimal.
template <std::size_t N>
std::optional<std::array<std::uint8_t, N>> fixed_hex(std::string_view text) {
  const auto bytes = decode_hex(text);
  if (!bytes || bytes->size() != N) return std::nullopt;
  std::array<std::uint8_t, N> fixed{};
  copy(fixed, *bytes);
  return fixed;
}

template <std::size_t N>
Result<std::array<std::uint8_t, N>> hex_field(std::string_view name, std::optional<std::string_view> text) {
  if (!text) return transport::wrong_argument("obfs4", fmt::format("missing argument '{}'", name));
  const auto value = fixed_hex<N>(*text);
  if (!value)
    return transport::wrong_argument("obfs4", fmt::format("'{}' takes {} hexadecimal digits", name, 2 * N));
  return *value;
}

std::optional<std::string> text_field(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

}  // namespace

std::string BridgeId::cert() const { return encode_base64(concat(node, key.bytes)); }

std::optional<BridgeId> BridgeId::from_cert(std::string_view cert) {
  const auto bytes = decode_base64(cert);
  BridgeId id;
  if (!bytes || bytes->size() != id.node.size() + crypto::PublicKey::kSize) return std::nullopt;
  copy(id.node, Bytes(*bytes).first(id.node.size()));
  copy(id.key.bytes, Bytes(*bytes).subspan(id.node.size()));
  return id;
}

Buffer BridgeId::hmac_key() const { return concat(key.bytes, node); }

Result<BridgeId> BridgeId::from_arguments(const Arguments& arguments) {
  if (const auto cert = arguments.get("cert")) {
    const auto id = from_cert(*cert);
    if (!id) return transport::wrong_argument("obfs4", "'cert' takes 70 characters of base64");
    return *id;
  }
  if (!arguments.contains("node-id")) return transport::wrong_argument("obfs4", "missing argument 'cert'");
  const auto node = hex_field<20>("node-id", arguments.get("node-id"));
  if (!node) return std::unexpected(node.error());
  const auto key = hex_field<32>("public-key", arguments.get("public-key"));
  if (!key) return std::unexpected(key.error());
  return BridgeId{.node = *node, .key = crypto::PublicKey(*key)};
}

ServerIdentity ServerIdentity::generate(Random& random) {
  ServerIdentity identity;
  random.fill(identity.id.node);
  const crypto::KeyPair pair = crypto::make_key_pair(random);
  identity.private_key = pair.private_key;
  identity.id.key = pair.public_key;
  random.fill(identity.shape_seed);
  return identity;
}

Result<ServerIdentity> ServerIdentity::from_json(std::string_view json) {
  const Json object = Json::parse(json, nullptr, false);
  if (!object.is_object()) return fail(Obfs4Error::state, "it is not a JSON object");
  const auto node = hex_field<20>("node-id", text_field(object, "node-id"));
  if (!node) return std::unexpected(node.error());
  auto key = hex_field<32>("private-key", text_field(object, "private-key"));
  if (!key) return std::unexpected(key.error());
  const auto seed = hex_field<kSeedSize>("drbg-seed", text_field(object, "drbg-seed"));
  if (!seed) return std::unexpected(seed.error());
  const auto mode = object.value("iat-mode", Json(0));
  if (!mode.is_number_integer() || mode.get<std::int64_t>() < 0 || mode.get<std::int64_t>() > 2)
    return fail(Obfs4Error::state, "'iat-mode' takes 0, 1 or 2");

  ServerIdentity identity;
  identity.id.node = *node;
  identity.private_key = crypto::PrivateKey(*key);
  wipe(*key);
  identity.id.key = crypto::public_key_of(identity.private_key);
  identity.shape_seed = *seed;
  identity.iat_mode = static_cast<IatMode>(mode.get<int>());
  return identity;
}

std::string ServerIdentity::to_json() const {
  const Json object = {
      {"node-id", encode_hex(id.node)},         {"private-key", encode_hex(private_key.bytes())},
      {"public-key", encode_hex(id.key.bytes)}, {"drbg-seed", encode_hex(shape_seed)},
      {"iat-mode", static_cast<int>(iat_mode)},
  };
  return object.dump();
}

Result<IatMode> parse_iat_mode(std::string_view text) {
  if (text == "0") return IatMode::none;
  if (text == "1") return IatMode::enabled;
  if (text == "2") return IatMode::paranoid;
  return transport::wrong_argument("obfs4", "'iat-mode' takes 0, 1 or 2");
}

}  // namespace rozaneh::obfs4
