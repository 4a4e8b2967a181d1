// Certificates from files that somebody else renews.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <thread>

#include "base/error.h"
#include "base/log.h"
#include "front/certificates.h"

namespace rozaneh::front {

struct CertificateFile {
  std::filesystem::path chain;
  std::filesystem::path key;
};

// Looks every few seconds whether the files changed, on a thread of its own, until destroyed. A change is
// taken whole or not at all: files that do not fit together (one of two was written so far) or are malformed
// leave in use what was there, with an error in the log, once a change.
class CertificateFiles {
 public:
  struct Options {
    std::vector<CertificateFile> files;
    std::chrono::milliseconds pause{2000};
  };

  // Reads them once, at once: fails where they cannot be used. `into` and `log` outlive it.
  static Result<std::unique_ptr<CertificateFiles>> open(Options options, Certificates& into, Log& log);
  ~CertificateFiles();
  CertificateFiles(const CertificateFiles&) = delete;
  CertificateFiles& operator=(const CertificateFiles&) = delete;

  // Looks now (for SIGHUP); from any thread.
  void look();

 private:
  // Of each file what tells one content from another without reading it.
  struct Mark {
    std::int64_t seconds = 0, nanoseconds = 0;
    std::uint64_t inode = 0, size = 0;
    bool operator==(const Mark&) const = default;
  };

  CertificateFiles(Options options, Certificates& into, Log& log);
  [[nodiscard]] std::vector<Mark> marks() const;
  [[nodiscard]] Result<std::vector<Certificate>> read() const;
  void watch(const std::stop_token& stop);

  Options options_;
  Certificates& into_;
  Log& log_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::vector<Mark> seen_;
  std::jthread thread_;
};

}  // namespace rozaneh::front
