// The names that the front relays to, each an entry of an allow-list.
//
// A list is a TOML file:
//
//     version = 20261121              # a later list has a greater number
//     issued = 2026-11-21             # for people: how old it is
//     names = ["chat.signal.org", "*.example.org"]
//     retired = ["ud-chat.signal.org"]       # still relayed to, but nobody misses it where it is gone
//     replace = true                  # in an operator's file: instead of the built-in list, not besides it
//
//     [upstream]                      # where a name does not lead to itself, port 443
//     "chat.signal.org" = "192.0.2.1:8443"
//
// "*.example.org" stands for all names below example.org, not for itself.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/error.h"

namespace rozaneh::front {

enum class NamesError { list, update, unfetched };
std::string_view layer_of(NamesError error);
std::string_view describe(NamesError error);

class NameList {
 public:
  struct Entry {
    bool retired = false;
    std::optional<Target> upstream;  // nothing: the name itself, port 443

    bool operator==(const Entry&) const = default;
  };

  static constexpr std::size_t kLargest = 256 * 1024;  // bytes of a file
  static constexpr std::size_t kMostNames = 5000;

  // `file` is its name, for errors.
  static Result<NameList> parse(std::string_view text, std::string_view file);

  // Signal's, as this version of the program knows it.
  static const NameList& built_in();

  // Where connections for that name go, or nothing if it is not listed; in the form of
  // tls::normal_server_name.
  [[nodiscard]] std::optional<Target> find(const std::string& name) const;

  // All entries of `other` besides ours; where both have a name, the other's counts. So does its age.
  void extend(const NameList& other);
  // Connections for that name go there.
  void set_upstream(const std::string& name, Target upstream);

  [[nodiscard]] const std::map<std::string, Entry, std::less<>>& entries() const { return entries_; }
  [[nodiscard]] std::uint64_t version() const { return version_; }
  [[nodiscard]] const std::string& issued() const { return issued_; }  // "2026-11-21"
  [[nodiscard]] bool replaces() const { return replaces_; }
  [[nodiscard]] bool has_upstreams() const;

 private:
  std::map<std::string, Entry, std::less<>> entries_;
  std::uint64_t version_ = 0;
  std::string issued_;
  bool replaces_ = false;
};

// Whether `name` (or a wildcard's base) is one of `suffixes` or below one: "chat.signal.org" is below
// "signal.org", "notsignal.org" is not.
bool is_within(std::string_view name, const std::vector<std::string>& suffixes);

// The list in use, changed while the program runs. From any thread.
class NamesInUse {
 public:
  explicit NamesInUse(NameList list) { replace(std::move(list)); }
  [[nodiscard]] std::shared_ptr<const NameList> current() const;
  void replace(NameList list);

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const NameList> list_;
};

}  // namespace rozaneh::front
