// How a client uses connections. A policy is data: a TOML file, or one of those in policies/, which are part
// of the program. docs/guides/policies.md says what each is for and what it costs.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/embedded_file.h"
#include "base/error.h"
#include "io/loop.h"
#include "tunnel/parameters.h"

namespace rozaneh::tunnel {

struct Policy {
  std::string summary{};        // for people
  std::size_t connections = 1;  // that are kept at once
  std::size_t most = 4;  // at once, with those that are being made and those that end; at least `connections`
  std::chrono::milliseconds age{};   // of a connection, after which another takes over; 0: any
  std::chrono::milliseconds idle{};  // without a stream, after which connections are closed; 0: never
  std::uint64_t bytes_up = 0;        // that one connection carries at most, hello and records; 0: any
  std::uint64_t bytes_down = 0;
  EarlyPadding padding{};  // of both sides' first records
};

enum class PolicyError { file, name };
std::string_view layer_of(PolicyError);
std::string_view describe(PolicyError);

// Fails with PolicyError::file, which says the line and what is valid. `file` is its name.
Result<Policy> parse_policy(std::string_view text, std::string_view file);

// Those that are part of the program, and their names as a list for people.
std::span<const EmbeddedFile> policy_files();
std::string policy_names();

// One of them; fails with PolicyError::name, which says which there are.
Result<Policy> built_in_policy(std::string_view name);

}  // namespace rozaneh::tunnel
