// Expected failures: a value, with one enum a layer.
//
// A layer declares its failures as an enum and makes it known with two functions beside it:
//
//     enum class SocksError { version, ... };
//     std::string_view layer_of(SocksError);      // "socks"
//     std::string_view describe(SocksError);      // "the client does not speak SOCKS5"
//
// A failure whose detail says all of it has an empty description.
//
// "Need more bytes" is never an error. Code decides on `is(...)`, never on a message's text.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace rozaneh {

// An enum that is a layer's list of failures.
template <class E>
concept ErrorEnum = std::is_enum_v<E> && requires(E e) {
  { layer_of(e) } -> std::convertible_to<std::string_view>;
  { describe(e) } -> std::convertible_to<std::string_view>;
};

// One failure: which layer, what, and an optional detail for the reader (never a user's address).
class [[nodiscard]] Error {
 public:
  template <ErrorEnum E>
  Error(E code, std::string detail = {})  // NOLINT(google-explicit-constructor): an enum is an error
      : layer_(layer_of(code)),
        what_(describe(code)),
        code_(static_cast<int>(code)),
        detail_(std::move(detail)) {}

  template <ErrorEnum E>
  [[nodiscard]] bool is(E code) const {
    return layer_ == layer_of(code) && code_ == static_cast<int>(code);
  }

  // The layer's name, lower case: "obfs4".
  [[nodiscard]] std::string_view layer() const { return layer_; }

  // "obfs4: the server did not prove its key (detail)": one line for a person.
  [[nodiscard]] std::string message() const;

  // The same failure, its detail begun with where it happened: "line 3", "line 3: no port".
  [[nodiscard]] Error at(std::string place) const;

 private:
  std::string_view layer_;
  std::string_view what_;
  int code_;
  std::string detail_;
};

template <class T = void>
using Result = std::expected<T, Error>;

// Returns the failure `code` from a function that gives a Result.
template <ErrorEnum E>
std::unexpected<Error> fail(E code, std::string detail = {}) {
  return std::unexpected(Error(code, std::move(detail)));
}

// Hands an inner failure on, unchanged.
template <class T>
std::unexpected<Error> fail(Result<T>&& inner) {
  return std::unexpected(std::move(inner).error());
}

}  // namespace rozaneh
