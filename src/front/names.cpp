#include "front/names.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/toml.h"
#include "wire/tls/client_hello.h"

namespace rozaneh::front {
namespace {

constexpr std::uint16_t kHttps = 443;
constexpr std::size_t kLongestName = 253;  // RFC 1035, as text
constexpr std::size_t kLongestLabel = 63;

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kLongestLabel && std::ranges::all_of(label, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

// Two labels at least, the first of which may be a star.
bool is_entry(std::string_view name) {
  if (name.starts_with("*.")) name.remove_prefix(2);
  if (name.size() > kLongestName || name.find('.') == std::string_view::npos) return false;
  for (;;) {
    const auto dot = name.find('.');
    if (!is_label(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

std::unexpected<Error> wrong(std::string_view file, const toml::source_region& where, std::string_view what) {
  return fail(NamesError::list, fmt::format("{}:{}: {}", file, where.begin.line, what));
}

Result<std::vector<std::string>> names_of(const toml::node& node, std::string_view file) {
  const toml::array* list = node.as_array();
  if (list == nullptr) return wrong(file, node.source(), "this takes a list of names");
  std::vector<std::string> names;
  for (const toml::node& element : *list) {
    const auto text = element.value_exact<std::string>();
    const std::string name = tls::normal_server_name(text.value_or(""));
    if (!text || !is_entry(name)) return wrong(file, element.source(), "this is no host name");
    if (names.size() == NameList::kMostNames) return wrong(file, element.source(), "too many names");
    names.push_back(name);
  }
  return names;
}

std::string date_of(const toml::node& node) {
  const auto date = node.value_exact<toml::date>();
  return date ? fmt::format("{:04}-{:02}-{:02}", date->year, date->month, date->day) : std::string();
}

}  // namespace

std::string_view layer_of(NamesError /*error*/) { return "names"; }

std::string_view describe(NamesError error) {
  return error == NamesError::update ? "the update of the list is refused" : "";  // others say it all
}

bool is_within(std::string_view name, const std::vector<std::string>& suffixes) {
  return std::ranges::any_of(suffixes, [&](std::string_view suffix) {
    if (!name.ends_with(suffix)) return false;
    return name.size() == suffix.size() || name[name.size() - suffix.size() - 1] == '.';
  });
}

// One key after another; what nobody knows is refused, since a mistyped "retired" would go unseen.
Result<NameList> NameList::parse(std::string_view text, std::string_view file) {
  if (text.size() > kLargest) return fail(NamesError::list, fmt::format("{}: it is too long", file));
  const auto table = parse_toml(text, file);
  if (!table) return wrong(file, table.error().where, table.error().what);
  NameList list;
  for (const auto& [key, node] : *table) {
    if (key == "names" || key == "retired") {
      const auto names = names_of(node, file);
      if (!names) return std::unexpected(names.error());
      for (const std::string& name : *names) list.entries_[name].retired = key == "retired";
    } else if (key == "version") {
      const auto version = node.value_exact<std::int64_t>();
      if (!version || *version < 0) return wrong(file, node.source(), "'version' takes a number");
      list.version_ = static_cast<std::uint64_t>(*version);
    } else if (key == "issued") {
      list.issued_ = date_of(node);
      if (list.issued_.empty()) return wrong(file, node.source(), "'issued' takes a date");
    } else if (key == "replace") {
      const auto replace = node.value_exact<bool>();
      if (!replace) return wrong(file, node.source(), "'replace' takes true or false");
      list.replaces_ = *replace;
    } else if (key != "upstream") {
      return wrong(file, node.source(),
                   "unknown key; valid: version, issued, names, retired, replace, [upstream]");
    }
  }
  const toml::node* upstream = table->get("upstream");
  if (upstream == nullptr) return list;
  if (upstream->as_table() == nullptr) return wrong(file, upstream->source(), "'upstream' is a table");
  for (const auto& [key, node] : *upstream->as_table()) {
    const std::string name = tls::normal_server_name(key.str());
    const auto target = Target::parse(node.value_exact<std::string>().value_or(""));
    if (!target) return wrong(file, node.source(), "valid is \"NAME\" = \"ADDRESS:PORT\"");
    if (!list.entries_.contains(name)) return wrong(file, node.source(), "this name is not in the list");
    list.entries_[name].upstream = target;
  }
  return list;
}

std::optional<Target> NameList::find(const std::string& name) const {
  const auto target = [&](const Entry& entry) {
    return entry.upstream ? entry.upstream : Target::from_host(name, kHttps);
  };
  if (name.starts_with('*')) return std::nullopt;
  if (const auto exact = entries_.find(name); exact != entries_.end()) return target(exact->second);
  for (auto dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1)) {
    if (dot == 0 || !is_entry(name)) return std::nullopt;
    if (const auto below = entries_.find("*" + name.substr(dot)); below != entries_.end())
      return target(below->second);
  }
  return std::nullopt;
}

void NameList::extend(const NameList& other) {
  for (const auto& [name, entry] : other.entries_) entries_[name] = entry;
  if (other.version_ == 0) return;
  version_ = other.version_;
  issued_ = other.issued_;
}

void NameList::set_upstream(const std::string& name, Target upstream) {
  entries_[name].upstream = std::move(upstream);
}

bool NameList::has_upstreams() const {
  return std::ranges::any_of(entries_, [](const auto& entry) { return entry.second.upstream.has_value(); });
}

std::shared_ptr<const NameList> NamesInUse::current() const {
  const std::scoped_lock lock(mutex_);
  return list_;
}

void NamesInUse::replace(NameList list) {
  auto fresh = std::make_shared<const NameList>(std::move(list));
  const std::scoped_lock lock(mutex_);
  list_.swap(fresh);
}

}  // namespace rozaneh::front
