#include "tunnel/users.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/encoding.h"
#include "crypto/equal.h"

namespace rozaneh::tunnel {
namespace {

constexpr std::size_t kMostName = 64;
constexpr std::string_view kSessions = "sessions=";

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// The next word of the line, which is taken off as well; empty at the end.
std::string_view take_word(std::string_view& line) {
  const auto* const begin = std::ranges::find_if_not(line, is_space);
  const auto* const end = std::find_if(begin, line.end(), is_space);
  const std::string_view word(begin, end);
  line = std::string_view(end, line.end());
  return word;
}

// The next line without its end, which is taken off the text as well.
std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  const auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

std::optional<CredentialHash> parse_hash(std::string_view text) {
  const auto bytes = decode_base64url(text);
  CredentialHash hash{};
  if (!bytes || bytes->size() != hash.size()) return std::nullopt;
  copy(hash, *bytes);
  return hash;
}

std::optional<std::size_t> parse_sessions(std::string_view word) {
  if (!word.starts_with(kSessions)) return std::nullopt;
  word.remove_prefix(kSessions.size());
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(word.begin(), word.end(), count);
  const bool is_number = error == std::errc() && end == word.end();
  if (!is_number || count == 0 || count > kMostUserSessions) return std::nullopt;
  return count;
}

bool is_comment(std::string_view line) {
  const std::string_view first = take_word(line);
  return first.empty() || first.front() == '#';
}

// What is wrong with it is said in words.
std::expected<User, std::string_view> parse_user(std::string_view line) {
  const std::string_view name = take_word(line);
  const std::string_view hash_text = take_word(line);
  const std::string_view sessions_text = take_word(line);
  if (!is_user_name(name)) return std::unexpected("a name is 1 to 64 letters, digits and .-_@");
  const auto hash = parse_hash(hash_text);
  if (!hash) return std::unexpected("behind the name stands a hash: 43 characters of base64url");
  User user{.name = std::string(name), .hash = *hash};
  if (sessions_text.empty()) return user;
  const auto sessions = parse_sessions(sessions_text);
  if (!sessions) return std::unexpected("behind the hash stands sessions=NUMBER, or nothing");
  if (!take_word(line).empty()) return std::unexpected("something is behind sessions=NUMBER");
  user.sessions = *sessions;
  return user;
}

// What came before, so that nothing comes twice.
class Seen {
 public:
  std::string_view judge(const User& user) {
    if (!names_.insert(user.name).second) return "this name is there already";
    if (!hashes_.insert(user.hash).second) return "this hash is there already";
    return names_.size() > kMostUsers ? "too many users" : "";
  }

 private:
  std::set<std::string> names_;
  std::set<CredentialHash> hashes_;
};

}  // namespace

std::string_view layer_of(UsersError /*error*/) { return "users"; }

std::string_view describe(UsersError error) {
  switch (error) {
    case UsersError::line:
    case UsersError::name:
      return "";  // the detail says it
    case UsersError::unsafe:
      return "the file of users must be closed to others (chmod 600)";
  }
  return "unknown";
}

bool is_user_name(std::string_view text) {
  const auto may_stand = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(".-_@").contains(c);
  };
  return !text.empty() && text.size() <= kMostName && std::ranges::all_of(text, may_stand);
}

Result<Users> Users::parse(std::string_view text, std::string_view file) {
  Users users;
  Seen seen;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    ++number;
    if (is_comment(line)) continue;
    auto user = parse_user(line);
    const std::string_view why = user ? seen.judge(*user) : user.error();
    if (!why.empty()) return fail(UsersError::line, fmt::format("{}:{}: {}", file, number, why));
    users.all_.push_back(std::move(*user));
  }
  return users;
}

const User* Users::find(Bytes credential) const { return find(hash_credential(credential)); }

const User* Users::find(const CredentialHash& hash) const {
  const User* found = nullptr;
  for (const User& user : all_)
    if (crypto::equal(user.hash, hash)) found = &user;  // and on: how far it goes says nothing
  return found;
}

const User* Users::find_name(std::string_view name) const {
  const auto found = std::ranges::find(all_, name, &User::name);
  return found == all_.end() ? nullptr : &*found;
}

std::string serialize_user(const User& user) {
  const std::string sessions = user.sessions == 0 ? "" : fmt::format(" {}{}", kSessions, user.sessions);
  return fmt::format("{} {}{}\n", user.name, encode_base64url(user.hash), sessions);
}

std::string without_user(std::string_view text, std::string_view name) {
  std::string kept;
  while (!text.empty()) {
    const std::string_view before = text;
    std::string_view line = take_line(text);
    const std::string_view whole = before.substr(0, before.size() - text.size());
    if (is_comment(line) || take_word(line) != name) kept.append(whole);
  }
  return kept;
}

}  // namespace rozaneh::tunnel
