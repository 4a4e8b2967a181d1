#include "wire/tls/client_hello.h"

namespace rozaneh::tls {
namespace {

constexpr std::size_t kMaxSessionId = 32;

Buffer owned(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

// RFC 6066 section 3: a list of names, each with a type; only type 0, host_name, was ever defined.
std::optional<std::string> host_name(Bytes body) {
  Reader reader(body);
  const auto list = take_vector16(reader);
  if (!list || !reader.empty()) return std::nullopt;
  for (Reader names(*list); !names.empty();) {
    const auto type = names.u8();
    const auto name = take_vector16(names);
    if (!name) return std::nullopt;
    if (*type == 0) return std::string(text_of(*name));
  }
  return std::nullopt;
}

std::vector<std::string> protocols(Bytes body) {
  Reader reader(body);
  const auto list = take_vector16(reader);
  if (!list || !reader.empty()) return {};
  std::vector<std::string> names;
  for (Reader rest(*list); !rest.empty();) {
    const auto name = take_vector8(rest);
    if (!name) return {};
    names.emplace_back(text_of(*name));
  }
  return names;
}

// RFC 8446 section 4.2.8: groups, each with a key of its own length.
std::vector<std::uint16_t> groups_of_key_shares(Bytes body) {
  Reader reader(body);
  const auto list = take_vector16(reader);
  if (!list || !reader.empty()) return {};
  std::vector<std::uint16_t> groups;
  for (Reader shares(*list); !shares.empty();) {
    const auto group = shares.u16();
    if (!group || !take_vector16(shares)) return {};
    groups.push_back(*group);
  }
  return groups;
}

Buffer formats(Bytes body) {
  Reader reader(body);
  const auto list = take_vector8(reader);
  return list && reader.empty() ? owned(*list) : Buffer{};
}

HiddenName ech_kind(Bytes body) {
  const bool inner = !body.empty() && body.front() == 1;  // RFC 9849's ECHClientHelloType
  return inner ? HiddenName::ech_inner : HiddenName::ech_outer;
}

HiddenName hidden_by(const Extension& extension) {
  if (extension.type == extension::kEsni) return HiddenName::esni;
  if (extension.type == extension::kEch) return ech_kind(extension.body);
  const bool draft = extension.type >= extension::kFirstEchDraft && extension.type < extension::kEch;
  return draft ? HiddenName::ech_draft : HiddenName::none;
}

void interpret(const Extension& extension, ClientHello& hello) {
  switch (extension.type) {
    case extension::kServerName:
      hello.server_name = host_name(extension.body);
      break;
    case extension::kSupportedGroups:
      hello.supported_groups = parse_u16_list(extension.body).value_or(std::vector<std::uint16_t>{});
      break;
    case extension::kPointFormats:
      hello.point_formats = formats(extension.body);
      break;
    case extension::kSignatureAlgorithms:
      hello.signature_algorithms = parse_u16_list(extension.body).value_or(std::vector<std::uint16_t>{});
      break;
    case extension::kAlpn:
      hello.alpn = protocols(extension.body);
      break;
    case extension::kPreSharedKey:
      hello.pre_shared_key = true;
      break;
    case extension::kSupportedVersions:
      hello.supported_versions = parse_short_u16_list(extension.body).value_or(std::vector<std::uint16_t>{});
      break;
    case extension::kKeyShare:
      hello.key_share_groups = groups_of_key_shares(extension.body);
      break;
    default:
      if (hello.hidden_name == HiddenName::none) hello.hidden_name = hidden_by(extension);
  }
}

void take(Extension extension, ClientHello& hello) {
  if (!hello.has(extension.type)) interpret(extension, hello);
  hello.extensions.push_back(std::move(extension));
}

// How far a message could be read.
enum class Extent { wrong, cut_before_extensions, cut_in_extensions, whole };

// The fields before the extensions; `cut` where one is not all there.
Extent read_fixed(Reader& reader, ClientHello& hello) {
  const auto version = reader.u16();
  const auto random = reader.bytes(hello.random.size());
  if (!random) return Extent::cut_before_extensions;
  hello.legacy_version = *version;
  copy(hello.random, *random);
  if (!reader.empty() && reader.rest().front() > kMaxSessionId) return Extent::wrong;
  const auto session_id = take_vector8(reader);
  if (!session_id) return Extent::cut_before_extensions;
  hello.session_id = owned(*session_id);
  const auto ciphers = take_vector16(reader);
  if (!ciphers) return Extent::cut_before_extensions;
  if (ciphers->size() % 2 != 0) return Extent::wrong;
  for (Reader rest(*ciphers); !rest.empty();) hello.cipher_suites.push_back(*rest.u16());
  return Extent::whole;
}

// Compression methods and extensions.
Extent read_rest(Reader& reader, ClientHello& hello) {
  const auto methods = take_vector8(reader);
  if (!methods) return Extent::cut_in_extensions;
  if (methods->empty()) return Extent::wrong;
  hello.compression_methods = owned(*methods);
  if (reader.empty()) return Extent::whole;
  const auto size = reader.u16();
  if (!size) return Extent::cut_in_extensions;
  if (reader.left() > *size) return Extent::wrong;
  const bool all_there = reader.left() == *size;
  while (!reader.empty()) {
    auto extension = take_extension(reader);
    if (!extension) return all_there ? Extent::wrong : Extent::cut_in_extensions;
    take(*std::move(extension), hello);
  }
  return all_there ? Extent::whole : Extent::cut_in_extensions;
}

Extent read(Bytes body, ClientHello& hello) {
  Reader reader(body);
  const Extent fixed = read_fixed(reader, hello);
  return fixed == Extent::whole ? read_rest(reader, hello) : fixed;
}

bool any_grease(const std::vector<std::uint16_t>& values) { return std::ranges::any_of(values, is_grease); }

}  // namespace

std::uint16_t ClientHello::newest_version() const {
  std::uint16_t newest = 0;
  for (const std::uint16_t version : supported_versions)
    if (!is_grease(version)) newest = std::max(newest, version);
  return newest != 0 ? newest : legacy_version;
}

bool ClientHello::greased() const {
  return any_grease(cipher_suites) || any_grease(supported_groups) || any_grease(supported_versions) ||
         std::ranges::any_of(extensions, [](const auto& each) { return is_grease(each.type); });
}

std::optional<ClientHello> parse_client_hello(Bytes body) {
  ClientHello hello;
  if (read(body, hello) != Extent::whole) return std::nullopt;
  return hello;
}

std::optional<ClientHello> parse_client_hello_prefix(Bytes beginning) {
  ClientHello hello;
  const Extent extent = read(beginning, hello);
  if (extent == Extent::wrong || extent == Extent::cut_before_extensions) return std::nullopt;
  return hello;
}

std::string normal_server_name(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  std::string normal(name);
  for (char& letter : normal)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return normal;
}

}  // namespace rozaneh::tls
