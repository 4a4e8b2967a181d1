#include "front/acme/documents.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/encoding.h"

namespace rozaneh::front::acme {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLongestUrl = 2048;
constexpr std::size_t kLongestDetail = 400;
constexpr std::size_t kMostChallenges = 20;
constexpr std::size_t kMostProfiles = 50;
constexpr std::string_view kErrors = "urn:ietf:params:acme:error:";

std::unexpected<Error> lie(std::string_view what) { return fail(AcmeError::lying, std::string(what)); }

Result<Json> parse_object(std::string_view text) {
  if (text.size() > kLargestAnswer) return lie("it is too large");
  Json object = Json::parse(text, nullptr, false);
  if (!object.is_object()) return lie("it is no JSON object");
  return object;
}

// A text member, or an empty one.
std::string text_in(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return "";
  return found->get<std::string>();
}

Result<std::string> url_in(const Json& object, const char* name) {
  std::string url = text_in(object, name);
  if (!is_followed(url)) return lie(std::string("'").append(name).append("' is no URL to follow"));
  return url;
}

const Json* list_in(const Json& object, const char* name, std::size_t most) {
  const auto found = object.find(name);
  const bool good = found != object.end() && found->is_array() && found->size() <= most;
  return good ? &*found : nullptr;
}

bool printable(char c) { return c >= ' ' && c <= '~'; }

// What a person may see: an authority must not be able to write into a terminal.
std::string shown(std::string_view text) {
  std::string out;
  for (char c : text.substr(0, kLongestDetail)) out += printable(c) ? c : '?';
  return out;
}

Problem problem_of(const Json& object) {
  if (!object.is_object()) return {};
  return {.type = shown(text_in(object, "type")), .detail = shown(text_in(object, "detail"))};
}

std::optional<Problem> problem_in(const Json& object) {
  const auto found = object.find("error");
  if (found == object.end() || !found->is_object()) return std::nullopt;
  return problem_of(*found);
}

Result<Status> status_in(const Json& object) {
  constexpr std::pair<std::string_view, Status> kWords[] = {
      {"pending", Status::pending}, {"ready", Status::ready},     {"processing", Status::processing},
      {"valid", Status::valid},     {"invalid", Status::invalid}, {"deactivated", Status::gone},
      {"expired", Status::gone},    {"revoked", Status::gone}};
  const std::string word = text_in(object, "status");
  for (const auto& [text, status] : kWords)
    if (word == text) return status;
  return lie("'status' is unknown");
}

Result<std::string> name_of(const Json& identifier) {
  if (!identifier.is_object() || text_in(identifier, "type") != "dns") return lie("an identifier is no name");
  std::string name = text_in(identifier, "value");
  if (!is_name(name)) return lie("an identifier is no name");
  return name;
}

// RFC 8555 section 8.1: base64url of at least 128 bits; it becomes part of a path.
bool is_token(std::string_view token) {
  constexpr std::size_t kShortest = 22;
  constexpr std::size_t kLongest = 256;
  return token.size() >= kShortest && token.size() <= kLongest &&
         token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
             std::string_view::npos;
}

Result<ChallengeDocument> challenge_of(const Json& object) {
  if (!object.is_object()) return lie("a challenge is no object");
  const auto status = status_in(object);
  if (!status) return std::unexpected(status.error());
  auto url = url_in(object, "url");
  if (!url) return std::unexpected(url.error());
  ChallengeDocument challenge{.type = shown(text_in(object, "type")),
                              .url = std::move(*url),
                              .token = "",
                              .status = *status,
                              .error = problem_in(object)};
  // Others are never proven, and need no token.
  if (challenge.type == "http-01" || challenge.type == "dns-01" || challenge.type == "tls-alpn-01") {
    challenge.token = text_in(object, "token");
    if (!is_token(challenge.token)) return lie("a token is malformed");
  }
  return challenge;
}

}  // namespace

bool Problem::is(std::string_view name) const {
  return type.starts_with(kErrors) && std::string_view(type).substr(kErrors.size()) == name;
}

std::string Problem::text() const {
  std::string out = type.starts_with(kErrors) ? type.substr(kErrors.size()) : type;
  if (!detail.empty()) out.append(out.empty() ? "" : ": ").append(detail);
  return out;
}

Result<Directory> parse_directory(std::string_view json) {
  const auto object = parse_object(json);
  if (!object) return std::unexpected(object.error());
  Directory directory;
  for (const auto& [name, to] :
       {std::pair("newNonce", &directory.new_nonce), std::pair("newAccount", &directory.new_account),
        std::pair("newOrder", &directory.new_order)}) {
    auto url = url_in(*object, name);
    if (!url) return std::unexpected(url.error());
    *to = std::move(*url);
  }
  if (const std::string url = text_in(*object, "renewalInfo"); is_followed(url)) directory.renewal_info = url;
  const auto meta = object->find("meta");
  if (meta == object->end() || !meta->is_object()) return directory;
  const auto external = meta->find("externalAccountRequired");
  directory.needs_external_account = external != meta->end() && *external == true;
  const auto profiles = meta->find("profiles");
  if (profiles != meta->end() && profiles->is_object() && profiles->size() <= kMostProfiles)
    for (const auto& [name, what] : profiles->items())
      directory.profiles.emplace(shown(name), what.is_string() ? shown(what.get<std::string>()) : "");
  return directory;
}

Result<OrderDocument> parse_order(std::string_view json) {
  const auto object = parse_object(json);
  if (!object) return std::unexpected(object.error());
  const auto status = status_in(*object);
  if (!status) return std::unexpected(status.error());
  OrderDocument order{.status = *status,
                      .names = {},
                      .authorizations = {},
                      .finalize = "",
                      .certificate = "",
                      .error = problem_in(*object)};
  const Json* identifiers = list_in(*object, "identifiers", kMostNames);
  const Json* authorizations = list_in(*object, "authorizations", kMostNames);
  if (identifiers == nullptr || authorizations == nullptr) return lie("an order without its lists");
  for (const Json& identifier : *identifiers) {
    auto name = name_of(identifier);
    if (!name) return std::unexpected(name.error());
    order.names.push_back(std::move(*name));
  }
  for (const Json& url : *authorizations) {
    if (!url.is_string() || !is_followed(url.get<std::string>())) return lie("'authorizations' has no URLs");
    order.authorizations.push_back(url.get<std::string>());
  }
  auto finalize = url_in(*object, "finalize");
  if (!finalize) return std::unexpected(finalize.error());
  order.finalize = std::move(*finalize);
  order.certificate = text_in(*object, "certificate");
  if (!order.certificate.empty() && !is_followed(order.certificate))
    return lie("'certificate' is no URL to follow");
  return order;
}

Result<Authorization> parse_authorization(std::string_view json) {
  const auto object = parse_object(json);
  if (!object) return std::unexpected(object.error());
  const auto status = status_in(*object);
  if (!status) return std::unexpected(status.error());
  const auto identifier = object->find("identifier");
  if (identifier == object->end()) return lie("an authorization for nothing");
  auto name = name_of(*identifier);
  if (!name) return std::unexpected(name.error());
  const auto wildcard = object->find("wildcard");
  Authorization authorization{.status = *status,
                              .name = std::move(*name),
                              .wildcard = wildcard != object->end() && *wildcard == true,
                              .challenges = {}};
  const Json* challenges = list_in(*object, "challenges", kMostChallenges);
  if (challenges == nullptr) return lie("an authorization without challenges");
  for (const Json& each : *challenges) {
    auto challenge = challenge_of(each);
    if (!challenge) return std::unexpected(challenge.error());
    authorization.challenges.push_back(std::move(*challenge));
  }
  return authorization;
}

Result<RenewalWindow> parse_renewal_info(std::string_view json) {
  const auto object = parse_object(json);
  if (!object) return std::unexpected(object.error());
  const auto window = object->find("suggestedWindow");
  if (window == object->end() || !window->is_object()) return lie("no suggestedWindow");
  const auto start = parse_timestamp(text_in(*window, "start"));
  const auto end = parse_timestamp(text_in(*window, "end"));
  if (!start || !end || *end <= *start) return lie("suggestedWindow is no span of time");
  return RenewalWindow{.start = *start, .end = *end};
}

Problem parse_problem(std::string_view json) {
  const auto object = parse_object(json);
  return object ? problem_of(*object) : Problem{};
}

bool is_followed(std::string_view url) {
  if (url.size() > kLongestUrl || !std::ranges::all_of(url, printable)) return false;
  if (url.find_first_of(" \"<>\\^`{|}") != std::string_view::npos) return false;
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view rest = url.substr(scheme + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.empty() || authority.contains('@')) return false;
  if (url.starts_with("https://")) return true;
  const std::string_view host = authority.starts_with('[') ? authority.substr(0, authority.find(']') + 1)
                                                           : authority.substr(0, authority.find(':'));
  return url.starts_with("http://") && (host == "127.0.0.1" || host == "[::1]" || host == "localhost");
}

bool is_name(std::string_view name) {
  constexpr std::size_t kLongestName = 253;
  constexpr std::size_t kLongestLabel = 63;
  if (name.size() > kLongestName) return false;
  if (name.starts_with("*.")) name.remove_prefix(2);
  std::size_t labels = 0;
  for (;;) {
    const auto dot = name.find('.');
    const std::string_view label = name.substr(0, dot);
    if (label.empty() || label.size() > kLongestLabel || label.starts_with('-') || label.ends_with('-'))
      return false;
    if (label.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") != std::string_view::npos)
      return false;
    ++labels;
    if (dot == std::string_view::npos) return labels > 1;
    name.remove_prefix(dot + 1);
  }
}

std::vector<std::string> parse_alternates(std::string_view link) {
  std::vector<std::string> found;
  while (!link.empty()) {
    const auto open = link.find('<');
    if (open == std::string_view::npos) break;
    link.remove_prefix(open + 1);
    const auto close = link.find('>');
    if (close == std::string_view::npos) break;
    const std::string_view url = link.substr(0, close);
    link.remove_prefix(close + 1);
    const std::string_view parameters = link.substr(0, link.find('<'));  // up to the next address
    link.remove_prefix(parameters.size());
    for (const std::string_view relation : {"rel=\"alternate\"", "rel=alternate"})
      if (parameters.find(relation) != std::string_view::npos) {
        found.emplace_back(url);
        break;
      }
  }
  return found;
}

}  // namespace rozaneh::front::acme
