#include "site/folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "io/descriptor.h"
#include "io/error.h"

namespace rozaneh::site {
namespace {

class FileContent final : public Content {
 public:
  FileContent(io::Descriptor file, const struct stat& facts)
      : file_(std::move(file)),
        size_(static_cast<std::uint64_t>(facts.st_size)),
        modified_(facts.st_mtim.tv_sec) {}

  [[nodiscard]] std::uint64_t size() const override { return size_; }
  [[nodiscard]] std::time_t modified() const override { return modified_; }
  std::size_t read(std::uint64_t from, MutableBytes into) override {
    for (;;) {
      const ssize_t count = pread(file_.number(), into.data(), into.size(), static_cast<off_t>(from));
      if (count < 0 && errno == EINTR) continue;
      return count < 0 ? 0 : static_cast<std::size_t>(count);
    }
  }

 private:
  io::Descriptor file_;
  std::uint64_t size_;
  std::time_t modified_;
};

// The path below the root, for the ...at() calls. Paths come resolved; one that still climbs names nothing.
std::string below(std::string_view path) {
  const bool climbs = path.find("/../") != std::string_view::npos || path.ends_with("/..");
  return climbs ? std::string("./\xff/") : std::string(".").append(path);
}

bool is_missing(int error) { return error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG; }

unsigned status_of(int error) {
  if (is_missing(error)) return 404;
  return error == EACCES || error == EMLINK || error == ELOOP ? 403 : 500;
}

class FolderShelf final : public Shelf {
 public:
  explicit FolderShelf(io::Descriptor root) : root_(std::move(root)) {}

  [[nodiscard]] Kind look(std::string_view path) const override {
    struct stat facts{};
    if (fstatat(root_.number(), below(path).c_str(), &facts, 0) != 0)
      return is_missing(errno) ? Kind::absent : Kind::hidden;
    if (S_ISDIR(facts.st_mode)) return Kind::folder;
    return S_ISREG(facts.st_mode) ? Kind::file : Kind::other;
  }

  [[nodiscard]] Opened open(std::string_view path) const override {
    io::Descriptor file(openat(root_.number(), below(path).c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    struct stat facts{};
    if (file.number() < 0 || fstat(file.number(), &facts) != 0) return {status_of(errno), nullptr};
    if (!S_ISREG(facts.st_mode)) return {404, nullptr};
    return {200, std::make_unique<FileContent>(std::move(file), facts)};
  }

 private:
  io::Descriptor root_;
};

}  // namespace

Result<std::unique_ptr<Shelf>> folder_shelf(const std::filesystem::path& root) {
  io::Descriptor folder(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (folder.number() < 0) return std::unexpected(io::from_errno(errno, root.string()));
  return std::make_unique<FolderShelf>(std::move(folder));
}

}  // namespace rozaneh::site
