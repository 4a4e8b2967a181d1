#include "io/memory_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/secret.h"
#include "io/error.h"
#include "io/file.h"

namespace rozaneh::io {
namespace {

constexpr int kSeals = F_SEAL_GROW | F_SEAL_SHRINK;

}  // namespace

Result<MemoryFile> MemoryFile::make(const char* name) {
  Descriptor descriptor(memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!descriptor.is_open()) return std::unexpected(from_errno(errno, "make a file in memory"));
  return MemoryFile(std::move(descriptor));
}

Result<> MemoryFile::append(Bytes bytes) {
  if (!write_all(descriptor_.number(), bytes))
    return std::unexpected(from_errno(errno, "write a file in memory"));
  return {};
}

Result<> MemoryFile::seal() {
  // Not against writing: who reads it wipes it.
  if (fcntl(descriptor_.number(), F_ADD_SEALS, kSeals | F_SEAL_SEAL) != 0)
    return std::unexpected(from_errno(errno, "seal a file in memory"));
  return {};
}

Result<MappedFile> MappedFile::open(Descriptor descriptor) {
  const int seals = fcntl(descriptor.number(), F_GET_SEALS);
  if (seals < 0 || (seals & kSeals) != kSeals) return fail(IoError::file, "no sealed file in memory");
  struct stat status{};
  if (fstat(descriptor.number(), &status) != 0) return std::unexpected(from_errno(errno));
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return MappedFile(MutableBytes());
  void* at = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor.number(), 0);
  if (at == MAP_FAILED) return std::unexpected(from_errno(errno, "read a file in memory"));
  (void)madvise(at, size, MADV_DONTDUMP);
  return MappedFile({static_cast<std::uint8_t*>(at), size});
}

MappedFile::~MappedFile() {
  if (bytes_.empty()) return;
  wipe(bytes_);
  (void)munmap(bytes_.data(), bytes_.size());
}

}  // namespace rozaneh::io
