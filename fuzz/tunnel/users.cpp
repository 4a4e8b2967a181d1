// A file of users: what is accepted comes back as it was written, and taking one out leaves the others.
#include <cstdlib>

#include "tunnel/users.h"

using namespace rozaneh;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of({data, size});
  const auto users = tunnel::Users::parse(text, "users");
  if (!users) return 0;
  std::string written;
  for (const tunnel::User& user : users->all()) {
    if (users->find(user.hash) != &user || users->find_name(user.name) != &user) std::abort();
    written += serialize_user(user);
  }
  const auto back = tunnel::Users::parse(written, "users");
  if (!back || back->all() != users->all()) std::abort();
  if (users->all().empty()) return 0;
  const auto less = tunnel::Users::parse(tunnel::without_user(text, users->all().front().name), "users");
  if (!less || less->all().size() + 1 != users->all().size()) std::abort();
  return 0;
}
