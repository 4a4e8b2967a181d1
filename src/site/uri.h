// From a request's target to the path that it names, by nginx's rules.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rozaneh::site {

struct Uri {
  std::string path;   // decoded; `//` is `/`; no `.` and `..` left; never a NUL
  std::string query;  // as it was sent, up to a `#`
};

// nullopt where nginx answers 400: a bad %-sequence, %00, or more `..` than folders. A target that begins
// with
// `?` has the path `/`.
std::optional<Uri> resolve(std::string_view target);

// The path as a redirect writes it: all but what RFC 3986 allows in a path as %XX.
std::string escape_path(std::string_view path);

// What stands behind the last dot of the last segment, in lower case; empty for `/a` and `/.a`.
std::string extension_of(std::string_view path);

// A host as nginx takes it from a Host field or a target: lower case, without port and the dot at its end;
// nullopt where it answers 400.
std::optional<std::string> host_name(std::string_view host);

}  // namespace rozaneh::site
