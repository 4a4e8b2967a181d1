// What a program keeps between two runs: small named files in one directory, or nothing at all.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "io/file.h"

namespace rozaneh::io {

// Named records. Implementations may be used from several threads.
class State {
 public:
  virtual ~State() = default;

  // The record, or nothing if there is none. At most kLargest bytes.
  virtual Result<std::optional<Buffer>> read(const std::string& name) = 0;

  // Replaces the record as a whole: after a failure (a full disk) the old one is still there.
  virtual Result<> write(const std::string& name, Bytes content) = 0;

  // Adds to the end of the record. Survives the end of the process; nothing is synced to the disk.
  virtual Result<> append(const std::string& name, Bytes more) = 0;

  static constexpr std::size_t kLargest = 16 * 1024 * 1024;
};

// Files of mode 0600 in one directory of mode 0700, written to a temporary name, synced and renamed.
class DirectoryState final : public State {
 public:
  // Creates the directory if need be.
  static Result<std::unique_ptr<DirectoryState>> open(const std::filesystem::path& directory);
  ~DirectoryState() override;

  Result<std::optional<Buffer>> read(const std::string& name) override;
  Result<> write(const std::string& name, Bytes content) override;
  Result<> append(const std::string& name, Bytes more) override;

 private:
  explicit DirectoryState(std::filesystem::path directory);
  std::filesystem::path directory_;
  std::mutex writing_;
  std::map<std::string, File> appended_;  // kept open, until the record is replaced
};

// The content of any file, of at most `limit` bytes.
Result<Buffer> read_file(const std::filesystem::path& path, std::size_t limit = State::kLargest);

// For those who must leave no trace: gone with the process.
class MemoryState final : public State {
 public:
  Result<std::optional<Buffer>> read(const std::string& name) override;
  Result<> write(const std::string& name, Bytes content) override;
  Result<> append(const std::string& name, Bytes more) override;

 private:
  std::mutex mutex_;
  std::map<std::string, Buffer> records_;
};

}  // namespace rozaneh::io
