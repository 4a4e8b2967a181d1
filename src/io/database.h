// A small database in one file (SQLite), for what a program learns.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

struct sqlite3;

namespace rozaneh::io {

enum class DatabaseError {
  damaged,  // the file is no database, or not a whole one
  other,    // locked, read-only, a full disk, ...
};

std::string_view layer_of(DatabaseError error);
std::string_view describe(DatabaseError error);

// Used by one thread at a time.
class Database {
 public:
  using Value = std::variant<std::int64_t, double, Buffer>;
  using Row = std::vector<Value>;

  // Opens the file, which is made with mode 0600 if it is not there; never longer than 4 MiB. A link in its
  // place is not followed. Who waits for another process's lock waits a tenth of a second.
  static Result<Database> open(const std::filesystem::path& path);

  // Runs one statement with its parameters; answers all rows.
  Result<std::vector<Row>> run(const char* statement, const std::vector<Value>& parameters = {});

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };

  Database() = default;
  std::unique_ptr<sqlite3, Close> connection_;
};

}  // namespace rozaneh::io
