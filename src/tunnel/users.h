// Who may have sessions on a server: a file of users, one a line.
//
//     # anything
//     shirin  3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA  sessions=2
//
// A name for the people who keep the file, the hash of the credential (base64url, 43 characters) and, where
// it is said, how many sessions at once. Names are 1 to 64 letters, digits, `.`, `-`, `_` and `@`. Neither a
// name nor a hash comes twice; kMostUsers lines at most.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "tunnel/credential.h"

namespace rozaneh::tunnel {

inline constexpr std::size_t kMostUsers = 10'000;
inline constexpr std::size_t kMostUserSessions = 1'000'000;

struct User {
  std::string name;
  CredentialHash hash{};
  std::size_t sessions = 0;  // at once; 0: as many as the server takes

  bool operator==(const User&) const = default;
};

enum class UsersError {
  line,    // malformed, or there already; the detail says where and why
  name,    // of a user that cannot be, is there already, or is not there
  unsafe,  // others could change or read the file
};

std::string_view layer_of(UsersError);
std::string_view describe(UsersError);

bool is_user_name(std::string_view text);

class Users {
 public:
  // `file` is for messages, which name it and the line. Fails with UsersError::line.
  static Result<Users> parse(std::string_view text, std::string_view file);

  // Whose credential this is; null: nobody's. Every user's hash is compared, in constant time. Borrowed from
  // here.
  [[nodiscard]] const User* find(Bytes credential) const;
  [[nodiscard]] const User* find(const CredentialHash& hash) const;
  [[nodiscard]] const User* find_name(std::string_view name) const;

  [[nodiscard]] const std::vector<User>& all() const { return all_; }

 private:
  std::vector<User> all_;
};

// A line of the file, with its end.
std::string serialize_user(const User& user);

// The file's text without the line of that name, all else as it was.
std::string without_user(std::string_view text, std::string_view name);

}  // namespace rozaneh::tunnel
