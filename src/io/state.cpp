#include "io/state.h"

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

}  // namespace

DirectoryState::DirectoryState(std::filesystem::path directory) : directory_(std::move(directory)) {}

DirectoryState::~DirectoryState() = default;

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
  appended_.erase(name);
  if (rename(fresh.c_str(), path.c_str()) != 0) return file_failure("cannot write", path, errno);
  const File directory(directory_, O_RDONLY | O_DIRECTORY);
  (void)directory.sync();  // the content is safe; only the rename may come late
  return {};
}

Result<> DirectoryState::append(const std::string& name, Bytes more) {
  const std::scoped_lock lock(writing_);
  const auto path = directory_ / name;
  const auto file = appended_.try_emplace(name, path, O_WRONLY | O_CREAT | O_APPEND).first;
  if (file->second.is_open() && file->second.write_all(more)) return {};
  const int code = errno;
  appended_.erase(file);
  return file_failure("cannot write", path, code);
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
