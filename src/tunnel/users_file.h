// The file of users on a disk: read by who serves, changed by who keeps it.
#pragma once

#include <filesystem>
#include <functional>

#include "tunnel/users.h"

namespace rozaneh::tunnel {

// Fails with UsersError::line, UsersError::unsafe where others than the owner and his group can read it or
// others than the owner can write it, or IoError::file.
Result<Users> read_users(const std::filesystem::path& file);

// Gives the text of the file (empty where there is none) to `change` and keeps what comes back: whole, or not
// at all, by the file's owner and mode, or 0600. Two who change it at once do so one after the other. Fails
// as `read_users` and `change` do.
Result<> change_users(
    const std::filesystem::path& file,
    const std::function<Result<std::string>(const Users& users, std::string_view text)>& change);

}  // namespace rozaneh::tunnel
