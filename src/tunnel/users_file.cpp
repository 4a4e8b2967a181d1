#include "tunnel/users_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/descriptor.h"
#include "io/error.h"
#include "io/file.h"
#include "io/state.h"

namespace rozaneh::tunnel {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargest = 4 * 1024 * 1024;
constexpr mode_t kForbidden = 0027;  // to write, for the group; anything, for others

std::unexpected<Error> file_failure(std::string_view doing, const fs::path& file, int code) {
  return fail(io::IoError::file,
              std::string(doing) + " " + file.string() + ": " + io::from_errno(code).message());
}

Result<std::string> read_text(const fs::path& file) {
  struct stat about{};
  if (stat(file.c_str(), &about) != 0) return file_failure("cannot read", file, errno);
  if ((about.st_mode & kForbidden) != 0) return fail(UsersError::unsafe, file.string());
  const auto content = io::read_file(file, kLargest);
  if (!content) return std::unexpected(content.error());
  return std::string(text_of(*content));
}

// One of them at a time, by a lock on the folder: it goes with the descriptor, whatever happens.
io::Descriptor locked(const fs::path& folder) {
  io::Descriptor lock(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (lock.is_open()) flock(lock.number(), LOCK_EX);
  return lock;
}

// The new one belongs to whom the old one does, so that a server of another user can still read it.
bool take_after(const fs::path& fresh, const fs::path& file) {
  struct stat about{};
  if (stat(file.c_str(), &about) != 0) return errno == ENOENT;
  const bool same = about.st_uid == geteuid() && about.st_gid == getegid();
  if (!same && chown(fresh.c_str(), about.st_uid, about.st_gid) != 0) return false;
  return chmod(fresh.c_str(), about.st_mode & 07777) == 0;
}

Result<> replace(const fs::path& file, std::string_view text) {
  const fs::path fresh = file.string() + ".new";
  unlink(fresh.c_str());  // of one who was interrupted
  const auto give_up = [&](int code) {
    unlink(fresh.c_str());
    return file_failure("cannot write", file, code);
  };
  {
    const io::File writing(fresh, O_WRONLY | O_CREAT | O_EXCL);
    if (!writing.is_open()) return file_failure("cannot write", file, errno);
    if (!writing.write_all(bytes_of(text)) || !writing.sync()) return give_up(errno);
  }
  if (!take_after(fresh, file) || rename(fresh.c_str(), file.c_str()) != 0) return give_up(errno);
  return {};
}

}  // namespace

Result<Users> read_users(const fs::path& file) {
  const auto text = read_text(file);
  if (!text) return std::unexpected(text.error());
  return Users::parse(*text, file.string());
}

Result<> change_users(
    const fs::path& file,
    const std::function<Result<std::string>(const Users& users, std::string_view text)>& change) {
  std::error_code error;
  fs::path real = fs::weakly_canonical(file, error);  // a link stays one
  if (error) real = fs::absolute(file, error);
  const io::Descriptor lock = locked(real.parent_path());
  std::string text;
  if (fs::exists(real, error)) {
    auto read = read_text(real);
    if (!read) return std::unexpected(read.error());
    text = std::move(*read);
  }
  const auto users = Users::parse(text, file.string());
  if (!users) return std::unexpected(users.error());
  const auto changed = change(*users, text);
  if (!changed) return std::unexpected(changed.error());
  return replace(real, *changed);
}

}  // namespace rozaneh::tunnel
