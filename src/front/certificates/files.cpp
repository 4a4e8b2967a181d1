#include "front/certificates/files.h"

#include <sys/stat.h>

#include "front/certificates/chain.h"
#include "io/state.h"

namespace rozaneh::front {
namespace {

Result<std::string> read_text(const std::filesystem::path& path) {
  auto content = io::read_file(path, kLargestChain);
  if (!content) return std::unexpected(content.error());
  std::string text(text_of(*content));
  wipe(*content);
  return text;
}

Result<Certificate> read_one(const CertificateFile& file) {
  auto chain = read_text(file.chain);
  if (!chain) return std::unexpected(chain.error());
  auto key = read_text(file.key);
  if (!key) return std::unexpected(key.error());
  Certificate certificate{.chain = std::move(*chain), .key = std::move(*key)};
  if (const auto facts = examine(certificate); !facts)
    return std::unexpected(facts.error().at(file.chain.string()));
  return certificate;
}

}  // namespace

CertificateFiles::CertificateFiles(Options options, Certificates& into, Log& log)
    : options_(std::move(options)), into_(into), log_(log) {}

CertificateFiles::~CertificateFiles() = default;

Result<std::unique_ptr<CertificateFiles>> CertificateFiles::open(Options options, Certificates& into,
                                                                 Log& log) {
  std::unique_ptr<CertificateFiles> files(new CertificateFiles(std::move(options), into, log));
  files->seen_ = files->marks();
  auto first = files->read();
  if (!first) return std::unexpected(first.error());
  into.replace(std::move(*first));
  CertificateFiles& self = *files;
  files->thread_ = std::jthread([&self](const std::stop_token& stop) { self.watch(stop); });
  return files;
}

std::vector<CertificateFiles::Mark> CertificateFiles::marks() const {
  std::vector<Mark> marks;
  for (const CertificateFile& file : options_.files)
    for (const auto& path : {file.chain, file.key}) {
      struct stat status{};
      if (stat(path.c_str(), &status) != 0) status = {};
      marks.push_back({.seconds = status.st_mtim.tv_sec,
                       .nanoseconds = status.st_mtim.tv_nsec,
                       .inode = status.st_ino,
                       .size = static_cast<std::uint64_t>(status.st_size)});
    }
  return marks;
}

Result<std::vector<Certificate>> CertificateFiles::read() const {
  std::vector<Certificate> all;
  for (const CertificateFile& file : options_.files) {
    auto one = read_one(file);
    if (!one) return std::unexpected(one.error());
    all.push_back(std::move(*one));
  }
  return all;
}

void CertificateFiles::look() {
  const std::scoped_lock lock(mutex_);
  const auto now = marks();
  if (now == seen_) return;
  seen_ = now;
  auto fresh = read();
  if (!fresh) {
    log_.error("the certificate's files have changed and cannot be used, the old one stays: {}",
               fresh.error().message());
    return;
  }
  into_.replace(std::move(*fresh));
  log_.info("the certificate's files have changed and are in use");
}

void CertificateFiles::watch(const std::stop_token& stop) {
  std::mutex waiting;
  std::unique_lock lock(waiting);
  while (!stop.stop_requested()) {
    wake_.wait_for(lock, stop, options_.pause, [] { return false; });
    if (!stop.stop_requested()) look();
  }
}

}  // namespace rozaneh::front
