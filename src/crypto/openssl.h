// How this folder calls OpenSSL: owners for its objects, and one answer to calls that cannot fail.
#pragma once

#include <openssl/bn.h>
#include <openssl/evp.h>

#include <cstdlib>
#include <memory>

namespace rozaneh::crypto {

// Our calls of OpenSSL fail only for want of memory or because the library lacks an algorithm that every
// build of it has. There is no way to go on without keys, so the program ends.
inline void must(int one_is_good) {
  if (one_is_good != 1) std::abort();
}

template <class T>
T* must_have(T* pointer) {
  if (pointer == nullptr) std::abort();
  return pointer;
}

// Frees an OpenSSL object with its own function.
template <auto kFree>
struct OpensslFree {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};

using BigNumber = std::unique_ptr<BIGNUM, OpensslFree<&BN_clear_free>>;

}  // namespace rozaneh::crypto
