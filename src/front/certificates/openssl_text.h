// How OpenSSL's objects become text and come from it, for this layer's own files.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <string>

#include "crypto/openssl.h"

namespace rozaneh::front {

using Bio = std::unique_ptr<BIO, crypto::OpensslFree<&BIO_free>>;
using X509Ptr = std::unique_ptr<X509, crypto::OpensslFree<&X509_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, crypto::OpensslFree<&X509_EXTENSION_free>>;

inline Bio bio_to_write() { return Bio(crypto::must_have(BIO_new(BIO_s_mem()))); }

// Borrows the text.
inline Bio bio_to_read(std::string_view text) {
  return Bio(crypto::must_have(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))));
}

inline std::string text_in(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace rozaneh::front
