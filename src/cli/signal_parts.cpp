#include "cli/signal_parts.h"

#include "base/encoding.h"
#include "wire/tls/client_hello.h"

namespace rozaneh::cli {
namespace {

constexpr std::string_view kLabelRecord = "signal_hidden_label";
constexpr std::string_view kInstalledRecord = "signal_site_installed";
constexpr std::size_t kLabelBytes = 10;  // 80 bits: 16 letters
constexpr std::uint32_t kDay = 86400;    // seconds
constexpr std::uint32_t kOldestDays = 500;
constexpr std::uint16_t kHttps = 443;

std::unexpected<Error> wrong(std::string what) { return fail(SettingsError::value, std::move(what)); }

// What a record holds; where there is none, `made`, which is kept.
Result<std::string> remembered(std::string_view record, io::State& state,
                               const std::function<std::string()>& make) {
  const auto kept = state.read(std::string(record));
  if (!kept) return std::unexpected(kept.error());
  if (*kept) return std::string(text_of(**kept));
  std::string made = make();
  const auto written = state.write(std::string(record), bytes_of(made));
  if (!written) return std::unexpected(written.error());
  return made;
}

std::string lower(const std::string& text) { return tls::normal_server_name(text); }

bool is_label(const std::string& label) {
  return !label.empty() && label.find('.') == std::string::npos && Target::from_host(label, 1);
}

}  // namespace

Misfits contradictions(const SignalSettings& settings) {
  Misfits all;
  const auto note = [&all](std::string key, std::string what) {
    all.push_back({std::move(key), Error(SettingsError::value, std::move(what))});
  };
  const auto host = Target::from_host(settings.domain, kHttps);
  if (!host || settings.domain.find('.') == std::string::npos)
    note("domain", "say what this server is called: --domain NAME, such as proxy.example.org");
  if (settings.by_name && settings.names.empty() && settings.upstream.empty() && settings.list_url.empty())
    note("names", "say which names to lead to: --names FILE.toml or --upstream NAME=ADDRESS:PORT");
  if (!settings.site.empty() && !settings.proxy_site.empty()) note("site", "either --site or --proxy-site");
  if (!settings.webtunnel.empty() && !settings.http_carrier.empty())
    note("webtunnel", "either --webtunnel or --http-carrier");
  if (!settings.hidden_label.empty() && !is_label(lower(settings.hidden_label)))
    note("hidden-label", "--hidden-label takes one label: letters, digits and '-'");
  if (settings.list_url.empty() != settings.list_key.empty())
    note("list-url",
         "--list-url needs --list-key, which its updates are signed with, and the other way round");
  return all;
}

Result<> check_settings(const SignalSettings& settings) {
  const Misfits all = contradictions(settings);
  if (!all.empty()) return std::unexpected(all.front().error);
  return {};
}

Result<std::vector<front::Neighbour>> neighbours(const SignalSettings& settings) {
  std::vector<front::Neighbour> all;
  for (const std::string& text : settings.share) {
    auto neighbour = front::Neighbour::parse(text);
    if (!neighbour)
      return fail(
          SettingsError::value,
          fmt::format("--share '{}': valid is NAME=ADDRESS:PORT, with ,proxy-v1 or ,proxy-v2 behind it "
                      "for a PROXY header",
                      text));
    all.push_back(std::move(*neighbour));
  }
  return all;
}

Result<std::vector<Endpoint>> listen_at(std::string_view option, const std::vector<std::string>& where) {
  std::vector<Endpoint> all;
  for (const std::string& text : where) {
    if (text.starts_with(':')) {
      const auto port = parse_port(text.substr(1));
      if (!port) return wrong(fmt::format("{} '{}': the port is no number up to 65535", option, text));
      all.push_back({IpAddress(), *port});
      all.push_back({IpAddress(std::array<std::uint8_t, 16>{}), *port});
      continue;
    }
    const auto endpoint = Endpoint::parse(text);
    if (!endpoint)
      return wrong(
          fmt::format("{} '{}': valid are :PORT, 192.0.2.1:PORT and [2001:db8::1]:PORT", option, text));
    all.push_back(*endpoint);
  }
  return all;
}

Result<std::string> client_host(const SignalSettings& settings, io::State& state, Random& random) {
  const std::string domain = lower(settings.domain);
  if (!settings.hidden_label.empty()) return fmt::format("{}.{}", lower(settings.hidden_label), domain);
  if (!settings.hidden) return domain;
  const auto label =
      remembered(kLabelRecord, state, [&] { return lower(encode_base32(random.bytes(kLabelBytes))); });
  if (!label) return std::unexpected(label.error());
  if (!is_label(*label)) return fail(SettingsError::value, "the hidden label in the state is malformed");
  return fmt::format("{}.{}", *label, domain);
}

Result<front::NameList> compose_names(const SignalSettings& settings,
                                      const std::optional<front::NameList>& update) {
  front::NameList list = settings.by_name ? front::NameList() : front::NameList::built_in();
  if (update) list = *update;
  if (!settings.names.empty()) {
    const auto text = io::read_file(settings.names, front::NameList::kLargest);
    if (!text) return std::unexpected(text.error());
    auto own = front::NameList::parse(text_of(*text), settings.names);
    if (!own) return std::unexpected(own.error());
    if (own->replaces()) {
      list = std::move(*own);
    } else {
      list.extend(*own);
    }
  }
  for (const std::string& text : settings.upstream) {
    const auto equals = text.find('=');
    const std::string name = lower(text.substr(0, equals));
    const auto target = equals == std::string::npos ? std::nullopt : Target::parse(text.substr(equals + 1));
    if (!target || !Target::from_host(name, kHttps))
      return wrong(fmt::format("--upstream '{}': valid is NAME=ADDRESS:PORT", text));
    list.set_upstream(name, *target);
  }
  return list;
}

Result<std::optional<front::UpdateTrust>> update_trust(const SignalSettings& settings) {
  if (settings.list_url.empty()) return std::nullopt;
  const auto key = front::parse_key(settings.list_key);
  if (!key) return wrong("--list-key takes what `rozaneh signal sign-list` prints: base64 of 32 bytes");
  front::UpdateTrust trust{.key = *key, .suffixes = {}};
  for (const std::string& suffix : settings.list_suffix) trust.suffixes.push_back(lower(suffix));
  return trust;
}

Result<site::Settings> site_settings(const SignalSettings& settings, io::State& state, Random& random) {
  site::Settings site;
  if (!settings.site.empty()) site.folder = settings.site;
  if (!settings.proxy_site.empty()) {
    std::string_view where = settings.proxy_site;
    if (where.starts_with("http://")) where.remove_prefix(7);
    site.upstream = Endpoint::parse(where);
    if (!site.upstream)
      return wrong(fmt::format("--proxy-site '{}': valid is http://127.0.0.1:PORT", settings.proxy_site));
  }
  const auto installed = remembered(kInstalledRecord, state, [&] {
    return std::to_string(site.now() - random.between(kDay, kOldestDays * kDay));
  });
  if (!installed) return std::unexpected(installed.error());
  site.installed = std::strtoll(installed->c_str(), nullptr, 10);
  return site;
}

std::vector<std::string> signal_links(const std::string& host, std::uint16_t port) {
  const std::string end = port == kHttps ? host : fmt::format("{}:{}", host, port);
  return {"https://signal.tube/#" + end, "sgnl://signal.tube/#" + end};
}

}  // namespace rozaneh::cli
