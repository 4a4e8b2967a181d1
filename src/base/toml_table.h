// Reads one table of a TOML file whose keys are all known: the first thing that is wrong is kept, with its
// line and what would be valid.
#pragma once

#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/toml.h"

namespace rozaneh {

// The first failure of a file, shared by all its tables.
struct TomlFailure {
  std::string file;
  std::string text;  // empty: none

  void set(const toml::source_region& where, std::string_view what) {
    if (!text.empty()) return;
    const auto line = where.begin.line;  // 0: it is not known
    text = line == 0 ? fmt::format("{}: {}", file, what) : fmt::format("{}:{}: {}", file, line, what);
  }
};

class TomlTable {
 public:
  TomlTable(const toml::table& table, TomlFailure& failure) : table_(table), failure_(failure) {}

  [[nodiscard]] std::string text(std::string_view key, std::string_view otherwise = "") {
    return value<std::string>(key, "a text").value_or(std::string(otherwise));
  }
  [[nodiscard]] bool flag(std::string_view key, bool otherwise = false) {
    return value<bool>(key, "true or false").value_or(otherwise);
  }
  // Between `least` and `most`.
  [[nodiscard]] std::optional<std::int64_t> whole(std::string_view key, std::int64_t least,
                                                  std::int64_t most) {
    const auto number = value<std::int64_t>(key, "a whole number");
    if (number && (*number < least || *number > most))
      wrong(key, fmt::format("a number from {} to {}", least, most));
    return number;
  }
  [[nodiscard]] double number(std::string_view key, double otherwise, double least, double most) {
    const toml::node* node = find(key);
    if (node == nullptr) return otherwise;
    const auto number = node->value<double>();
    const bool within = number && *number >= least && *number <= most;  // never for NaN
    if (!within || !node->is_number()) {
      wrong(key, fmt::format("a number from {} to {}", least, most));
      return otherwise;
    }
    return *number;
  }
  [[nodiscard]] std::vector<std::string> texts(std::string_view key) {
    return list<std::string>(key, "texts");
  }
  [[nodiscard]] std::vector<std::uint16_t> numbers16(std::string_view key) {
    std::vector<std::uint16_t> out;
    for (const std::int64_t number : list<std::int64_t>(key, "numbers up to 65535")) {
      if (number < 0 || number > 65535) wrong(key, "a list of numbers up to 65535");
      out.push_back(static_cast<std::uint16_t>(number));
    }
    return out;
  }
  // One of the names, by its place.
  [[nodiscard]] std::size_t choice(std::string_view key, const std::vector<std::string_view>& names,
                                   std::size_t otherwise) {
    const auto given = value<std::string>(key, fmt::format("one of {}", fmt::join(names, ", ")));
    if (!given) return otherwise;
    for (std::size_t i = 0; i < names.size(); ++i)
      if (names[i] == *given) return i;
    wrong(key, fmt::format("one of {}", fmt::join(names, ", ")));
    return otherwise;
  }
  [[nodiscard]] std::optional<TomlTable> table(std::string_view key) {
    const toml::node* node = find(key);
    if (node == nullptr) return std::nullopt;
    if (const toml::table* inner = node->as_table()) return TomlTable(*inner, failure_);
    wrong(key, "a table");
    return std::nullopt;
  }
  [[nodiscard]] std::vector<TomlTable> tables(std::string_view key) {
    std::vector<TomlTable> out;
    const toml::node* node = find(key);
    if (node == nullptr) return out;
    const toml::array* array = node->as_array();
    if (array == nullptr) wrong(key, "a list of tables");
    for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
      if (const toml::table* inner = array->get(i)->as_table()) {
        out.emplace_back(*inner, failure_);
      } else {
        wrong(key, "a list of tables");
      }
    }
    return out;
  }
  [[nodiscard]] bool has(std::string_view key) { return find(key) != nullptr; }

  // Says what a key takes.
  void wrong(std::string_view key, std::string_view takes) {
    const toml::node* node = table_.get(key);
    failure_.set(node != nullptr ? node->source() : table_.source(),
                 fmt::format("'{}' takes {}", key, takes));
  }
  void missing(std::string_view key) { failure_.set(table_.source(), fmt::format("'{}' is missing", key)); }

  // To be called when all keys were asked for: one that was not is unknown.
  void end() {
    for (const auto& [key, node] : table_)
      if (std::ranges::find(known_, key.str()) == known_.end())
        failure_.set(node.source(),
                     fmt::format("unknown key '{}'; valid: {}", key.str(), fmt::join(known_, ", ")));
  }

 private:
  const toml::node* find(std::string_view key) {
    known_.push_back(key);
    return table_.get(key);
  }

  template <class T>
  std::optional<T> value(std::string_view key, std::string_view takes) {
    const toml::node* node = find(key);
    if (node == nullptr) return std::nullopt;
    auto found = node->value_exact<T>();
    if (!found) wrong(key, takes);
    return found;
  }

  template <class T>
  std::vector<T> list(std::string_view key, std::string_view takes) {
    std::vector<T> out;
    const toml::node* node = find(key);
    if (node == nullptr) return out;
    const toml::array* array = node->as_array();
    if (array == nullptr) wrong(key, fmt::format("a list of {}", takes));
    for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
      auto each = array->get(i)->value_exact<T>();
      if (!each) wrong(key, fmt::format("a list of {}", takes));
      if (each) out.push_back(std::move(*each));
    }
    return out;
  }

  const toml::table& table_;
  TomlFailure& failure_;
  std::vector<std::string_view> known_;
};

}  // namespace rozaneh
