#include "io/local_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>

#include "io/descriptor.h"
#include "io/error.h"

namespace rozaneh::io {
namespace {

using Local = asio::local::stream_protocol;
using LocalAcceptor = asio::basic_socket_acceptor<Local, Executor>;
using LocalSocket = asio::basic_stream_socket<Local, Executor>;

constexpr std::size_t kLargestAnswer = 4 * 1024 * 1024;

Descriptor unix_socket() { return Descriptor(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

bool fits(const std::filesystem::path& path) { return path.string().size() < sizeof(sockaddr_un::sun_path); }

// 0, or the failure's number.
int connect_to(const Descriptor& descriptor, const std::filesystem::path& path) {
  sockaddr_un there{};
  there.sun_family = AF_UNIX;
  if (!fits(path)) return ENAMETOOLONG;
  const std::string text = path.string();
  std::copy(text.begin(), text.end(), std::begin(there.sun_path));
  if (connect(descriptor.number(), reinterpret_cast<const sockaddr*>(&there), sizeof there) == 0) return 0;
  return errno;
}

Task<> answer_one(LocalSocket socket, std::string answer) {
  const auto written = co_await asio::async_write(socket, asio::buffer(answer), kResume);
  (void)written;  // who asked has gone
}

Task<> answer_all(Loop& loop, LocalAcceptor acceptor, std::function<std::string()> answer) {
  for (;;) {
    auto [error, socket] = co_await acceptor.async_accept(kResume);
    if (error == boost::system::errc::too_many_files_open) {
      co_await loop.sleep(std::chrono::seconds(1));
      continue;
    }
    if (error) co_return;
    loop.spawn(answer_one(std::move(socket), answer()));
  }
}

}  // namespace

Result<std::unique_ptr<LocalAnswers>> LocalAnswers::open(Loop& loop, const std::filesystem::path& path,
                                                         std::function<std::string()> answer) {
  {
    const Descriptor descriptor = unix_socket();
    const int tried = connect_to(descriptor, path);
    if (tried == 0) return fail(IoError::address_in_use);
    if (tried == ENAMETOOLONG) return std::unexpected(from_errno(tried));
    if (tried == ECONNREFUSED) unlink(path.c_str());
  }
  LocalAcceptor acceptor(loop.executor());
  boost::system::error_code failure;
  acceptor.open(Local(), failure);
  // Before the kernel lets anybody in, since bind makes the file by the mask of the process.
  if (!failure) (void)fchmod(acceptor.native_handle(), 0600);
  if (!failure) acceptor.bind(Local::endpoint(path.string()), failure);
  if (!failure) (void)chmod(path.c_str(), 0600);
  if (!failure) acceptor.listen(8, failure);
  if (failure) return std::unexpected(from_system(failure));
  loop.spawn(answer_all(loop, std::move(acceptor), std::move(answer)));
  return std::unique_ptr<LocalAnswers>(new LocalAnswers(path));
}

LocalAnswers::~LocalAnswers() { unlink(path_.c_str()); }

Result<std::string> ask_local(const std::filesystem::path& path) {
  const Descriptor descriptor = unix_socket();
  const timeval limit{.tv_sec = 5, .tv_usec = 0};
  (void)setsockopt(descriptor.number(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (const int failure = connect_to(descriptor, path); failure != 0)
    return std::unexpected(from_errno(failure));
  std::string answer;
  std::array<char, 16384> part{};
  for (;;) {
    const ssize_t count = recv(descriptor.number(), part.data(), part.size(), 0);
    if (count == 0) return answer;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(from_errno(errno));
    answer.append(part.data(), static_cast<std::size_t>(count));
    if (answer.size() > kLargestAnswer) return fail(IoError::other, "too long an answer");
  }
}

}  // namespace rozaneh::io
