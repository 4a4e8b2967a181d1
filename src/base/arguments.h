// A transport's arguments: names with values, in order, as links, bridge lines, Tor and configurations carry
// them. A name may come more than once; who wants one value takes the first, as Tor's own library does.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rozaneh {

struct Argument {
  std::string name;
  std::string value;

  bool operator==(const Argument&) const = default;
};

class Arguments {
 public:
  Arguments() = default;
  Arguments(std::initializer_list<Argument> all) : all_(all) {}

  void add(std::string name, std::string value) { all_.emplace_back(std::move(name), std::move(value)); }

  // The first value of that name, borrowed from here.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
  [[nodiscard]] bool contains(std::string_view name) const { return get(name).has_value(); }

  [[nodiscard]] bool empty() const { return all_.empty(); }
  [[nodiscard]] std::size_t size() const { return all_.size(); }
  [[nodiscard]] auto begin() const { return all_.begin(); }
  [[nodiscard]] auto end() const { return all_.end(); }

  bool operator==(const Arguments&) const = default;

 private:
  std::vector<Argument> all_;
};

}  // namespace rozaneh
