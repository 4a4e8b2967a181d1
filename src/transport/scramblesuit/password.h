// The secret that a bridge and its clients share: k_B of the specification, 20 bytes.
#pragma once

#include <string>

#include "base/arguments.h"
#include "base/error.h"
#include "base/secret.h"

namespace rozaneh::scramblesuit {

inline constexpr std::size_t kPasswordSize = 20;

using Password = Secret<kPasswordSize>;

// 32 characters of base32, as bridge lines carry it.
Result<Password> parse_password(std::string_view text);
std::string serialize_password(const Password& password);

// From the argument `password`, which must be there.
Result<Password> password_from(const Arguments& arguments);

}  // namespace rozaneh::scramblesuit
