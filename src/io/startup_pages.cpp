#include "io/startup_pages.h"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <span>

namespace rozaneh::io {
namespace {

// A segment is mapped in whole pages around its bytes.
void release(std::uintptr_t begin, std::uintptr_t end) {
  static const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  begin &= ~(page - 1);
  // What cannot be released (locked pages, a kernel that refuses) stays, and does no harm.
  // NOLINTNEXTLINE(performance-no-int-to-ptr): ELF tells addresses as numbers.
  (void)madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

int release_object(dl_phdr_info* object, std::size_t /*size*/, void* /*unused*/) {
  for (const auto& segment : std::span(object->dlpi_phdr, object->dlpi_phnum)) {
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const auto begin = object->dlpi_addr + segment.p_vaddr;
    release(begin, begin + segment.p_memsz);
  }
  return 0;
}

}  // namespace

void release_startup_pages() { dl_iterate_phdr(release_object, nullptr); }

}  // namespace rozaneh::io
