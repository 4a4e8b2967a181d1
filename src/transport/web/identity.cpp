#include "transport/web/identity.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/encoding.h"
#include "transport/web/url.h"

namespace rozaneh::web {
namespace {

constexpr std::size_t kPathBytes = 20;
constexpr std::uint32_t kOldestSite = 90U * 24 * 3600;  // seconds

struct Kept {
  std::string path;
  std::time_t site_installed = 0;
};

Kept draw(Random& random, std::time_t now) {
  std::string path = "/" + encode_base32(random.bytes(kPathBytes));
  std::ranges::transform(path, path.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return {.path = path, .site_installed = now - static_cast<std::time_t>(random.below(kOldestSite))};
}

Result<Kept> parse_kept(std::string_view text, const std::string& record) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  const auto broken = [&record] { return fail(transport::SetupError::state, record); };
  if (!json.is_object() || !json.contains("path") || !json["path"].is_string() ||
      !json.contains("site-installed") || !json["site-installed"].is_number_integer())
    return broken();
  Kept kept{.path = json["path"], .site_installed = json["site-installed"]};
  if (!is_path(kept.path) || kept.path.size() < kShortestPath) return broken();
  return kept;
}

Result<Kept> load(const std::string& name, const transport::Setup& setup, std::time_t now) {
  const auto record = setup.state.read(name);
  if (!record) return std::unexpected(record.error());
  if (*record) return parse_kept(text_of(**record), name);
  Kept kept = draw(setup.random, now);
  const nlohmann::json json = {{"path", kept.path}, {"site-installed", kept.site_installed}};
  const std::string text = json.dump(2) + "\n";
  const auto written = setup.state.write(name, bytes_of(text));
  if (!written) return std::unexpected(written.error());
  return kept;
}

}  // namespace

Result<ServerIdentity> ServerIdentity::open(std::string_view transport, const transport::Setup& setup,
                                            std::time_t now) {
  const auto text = setup.arguments.get("url");
  if (!text)
    return transport::wrong_argument(transport,
                                     "missing argument 'url': what clients ask for, https://HOST[/PATH]");
  const auto url = Url::parse(*text);
  if (!url || text->find_first_of("?#") != std::string_view::npos)
    return transport::wrong_argument(transport, "'url' takes https://HOST[:PORT][/PATH]");
  const auto kept = load(std::string(transport) + "_state.json", setup, now);
  if (!kept) return std::unexpected(kept.error());

  const bool named = url->path != "/";
  const auto given = setup.arguments.get("path");
  if (given && !is_path(*given))
    return transport::wrong_argument(transport, "'path' begins with a slash and has no spaces");
  ServerIdentity identity{.url = std::string(*text), .path = {}, .site_installed = kept->site_installed};
  identity.path = given ? std::string(*given) : (named ? url->path : kept->path);
  if (!named) {
    if (identity.url.ends_with('/')) identity.url.pop_back();
    identity.url += identity.path;
  }
  if (identity.path.size() < kShortestPath)
    return transport::wrong_argument(
        transport,
        fmt::format("a path of less than {} characters can be guessed; leave it out of 'url' and 'path', and "
                    "one is drawn",
                    kShortestPath));
  return identity;
}

}  // namespace rozaneh::web
