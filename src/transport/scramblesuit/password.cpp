#include "transport/scramblesuit/password.h"

#include "base/encoding.h"
#include "transport/scramblesuit/error.h"
#include "transport/setup_error.h"

namespace rozaneh::scramblesuit {

Result<Password> parse_password(std::string_view text) {
  auto bytes = decode_base32(text);
  if (!bytes || bytes->size() != kPasswordSize)
    return transport::wrong_argument("scramblesuit", "'password' takes 32 characters of base32");
  const Password password(Bytes(*bytes).first<kPasswordSize>());
  wipe(*bytes);
  return password;
}

std::string serialize_password(const Password& password) { return encode_base32(password.bytes()); }

Result<Password> password_from(const Arguments& arguments) {
  const auto text = arguments.get("password");
  if (!text) return transport::wrong_argument("scramblesuit", "missing argument 'password'");
  return parse_password(*text);
}

}  // namespace rozaneh::scramblesuit
