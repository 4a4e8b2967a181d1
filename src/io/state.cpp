#include "io/state.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "io/error.h"

namespace rozaneh::io {
namespace {

std::unexpected<Error> file_failure(std::string_view doing, const std::filesystem::path& path, int code) {
  return fail(IoError::file, std::string(doing) + " " + path.string() + ": " + from_errno(code).message());
}

// A descriptor that closes itself.
class File {
 public:
  File(const std::filesystem::path& path, int flags)
      : descriptor_(open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }

  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }
  bool write_all(Bytes bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
      if (count < 0 && errno != EINTR) return false;
      if (count > 0) bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return true;
  }
  [[nodiscard]] bool sync() const { return fsync(descriptor_) == 0; }
  // Answers nothing on a failure; reads one byte over the limit so that a file too large is noticed.
  [[nodiscard]] std::optional<Buffer> read_all(std::size_t limit) const {
    Buffer content;
    std::array<std::uint8_t, 16384> part{};
    for (;;) {
      const ssize_t count = ::read(descriptor_, part.data(), part.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return std::nullopt;
      if (count == 0 || content.size() > limit) return content;
      append(content, Bytes(part).first(static_cast<std::size_t>(count)));
    }
  }

 private:
  int descriptor_;
};

}  // namespace

Result<std::unique_ptr<DirectoryState>> DirectoryState::open(const std::filesystem::path& directory) {
  std::error_code error;
  const auto parent = directory.parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
    return file_failure("cannot make the state directory", directory, errno);
  if (!std::filesystem::is_directory(directory, error))
    return file_failure("cannot use the state directory", directory, ENOTDIR);
  return std::unique_ptr<DirectoryState>(new DirectoryState(directory));
}

Result<Buffer> read_file(const std::filesystem::path& path, std::size_t limit) {
  const File file(path, O_RDONLY);
  if (!file.is_open()) return file_failure("cannot read", path, errno);
  auto content = file.read_all(limit);
  if (!content) return file_failure("cannot read", path, errno);
  if (content->size() > limit) return file_failure("cannot read", path, EFBIG);
  return std::move(*content);
}

Result<std::optional<Buffer>> DirectoryState::read(const std::string& name) {
  const auto path = directory_ / name;
  if (access(path.c_str(), F_OK) != 0 && errno == ENOENT) return std::nullopt;
  auto content = read_file(path, kLargest);
  if (!content) return std::unexpected(content.error());
  return std::move(*content);
}

Result<> DirectoryState::write(const std::string& name, Bytes content) {
  const std::scoped_lock lock(writing_);
  const auto path = directory_ / name;
  const auto fresh = directory_ / (name + ".new");
  {
    const File file(fresh, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file.is_open()) return file_failure("cannot write", path, errno);
    if (!file.write_all(content) || !file.sync()) {
      const int code = errno;
      unlink(fresh.c_str());
      return file_failure("cannot write", path, code);
    }
  }
  if (rename(fresh.c_str(), path.c_str()) != 0) return file_failure("cannot write", path, errno);
  const File directory(directory_, O_RDONLY | O_DIRECTORY);
  (void)directory.sync();  // the content is safe; only the rename may come late
  return {};
}

Result<> DirectoryState::append(const std::string& name, Bytes more) {
  const std::scoped_lock lock(writing_);
  const auto path = directory_ / name;
  const File file(path, O_WRONLY | O_CREAT | O_APPEND);
  if (!file.is_open() || !file.write_all(more)) return file_failure("cannot write", path, errno);
  return {};
}

Result<std::optional<Buffer>> MemoryState::read(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  const auto found = records_.find(name);
  if (found == records_.end()) return std::nullopt;
  return found->second;
}

Result<> MemoryState::write(const std::string& name, Bytes content) {
  const std::scoped_lock lock(mutex_);
  records_[name].assign(content.begin(), content.end());
  return {};
}

Result<> MemoryState::append(const std::string& name, Bytes more) {
  const std::scoped_lock lock(mutex_);
  rozaneh::append(records_[name], more);
  return {};
}

}  // namespace rozaneh::io
