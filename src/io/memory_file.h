// A file that is in memory alone, and goes from one process to another as a descriptor: for secrets, which
// must not be on a disk (memfd_create(2)).
#pragma once

#include "base/bytes.h"
#include "base/error.h"
#include "io/descriptor.h"

namespace rozaneh::io {

// What is written by one process.
class MemoryFile {
 public:
  // `name` is what /proc shows.
  static Result<MemoryFile> make(const char* name);

  Result<> append(Bytes bytes);
  // Its size is what it is from here on, for everybody.
  Result<> seal();

  [[nodiscard]] int descriptor() const { return descriptor_.number(); }

 private:
  explicit MemoryFile(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
  Descriptor descriptor_;
};

// Is read by another one: all of it, where it lies. Wiped when this dies.
class MappedFile {
 public:
  // Fails for what is no sealed file in memory: such a one could be cut short while we read.
  static Result<MappedFile> open(Descriptor descriptor);
  MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();

  [[nodiscard]] Bytes bytes() const { return bytes_; }

 private:
  explicit MappedFile(MutableBytes bytes) : bytes_(bytes) {}
  MutableBytes bytes_;
};

}  // namespace rozaneh::io
